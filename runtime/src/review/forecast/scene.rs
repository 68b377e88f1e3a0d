//! What the cost of a step hangs on, beside the step.

use crate::review::forecast::past::Past;
use crate::review::forecast::sizes::Sizes;

/// A database, as far as a forecast goes by it.
pub(super) struct Scene {
    pub(super) sizes: Sizes,
    pub(super) past: Past,
}
