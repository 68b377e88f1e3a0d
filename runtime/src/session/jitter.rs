//! Pauses that do not fall into step with those of others.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

/// Between half and one and a half times as long.
pub(crate) fn jittered(pause: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish() % 1000;
    let share = f64::from(u16::try_from(random).unwrap_or_default()) / 1000.0;
    pause.mul_f64(0.5 + share)
}
