//! What a run remembers of the server between two looks at it.

use std::time::Instant;

use super::reading::Trail;
use crate::settings::setting::Overrides;

/// What is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Over at once; it minds nothing but a pause.
    Brief,
    /// A batch among many, or an index build.
    Heavy,
}

/// What a run remembers between two looks.
#[derive(Debug, Default)]
pub(crate) struct Brake {
    /// When it last looked, and for what.
    pub(super) looked: Option<(Instant, Weight)>,
    /// It was above a critical limit when it last looked.
    pub(super) critical: bool,
    pub(super) trail: Trail,
    /// What was set from elsewhere when it last looked.
    pub(super) set: Overrides,
}
