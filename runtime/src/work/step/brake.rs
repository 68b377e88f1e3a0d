//! What a run remembers of the server between two looks at it.

use std::time::Instant;

use super::pressure::Pressure;
use super::reading::Reader;
pub(crate) use super::reading::Weight;
use crate::settings::setting::Overrides;

/// What a run remembers between two looks.
#[derive(Debug, Default)]
pub(crate) struct Brake {
    /// When it last looked, and for what.
    pub(super) looked: Option<(Instant, Weight)>,
    pub(super) pressure: Pressure,
    pub(super) reader: Reader,
    /// What was set from elsewhere when it last looked.
    pub(super) set: Overrides,
}
