//! Times, as arguments have them.

use std::time::Duration;

use crate::settings::setting::duration;

pub(crate) fn time(text: &str) -> Result<Duration, String> {
    duration(text).ok_or_else(|| "a time is written as `300ms`, `5s` or `10min`".to_owned())
}
