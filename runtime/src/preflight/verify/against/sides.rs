//! The two databases.

use super::super::reader::Reader;

/// Behind the word `rows`.
pub(super) const DIFFERING: &str = "that differ between the two databases";

/// Both sides.
pub(super) struct Sides<'a> {
    pub(super) here: Reader<'a>,
    pub(super) there: Reader<'a>,
}
