//! What the cost of a step hangs on, beside the step.

use std::collections::BTreeSet;

use crate::review::forecast::past::Past;
use crate::review::forecast::sizes::{Size, Sizes};
use crate::review::forecast::statistics::Statistics;

/// A database, as far as a forecast goes by it.
pub(crate) struct Scene {
    pub(super) sizes: Sizes,
    pub(super) past: Past,
    /// Where what has no size may be there all the same: the tables that are not.
    new: Option<BTreeSet<&'static str>>,
}

/// What is known of a table.
pub(super) enum Known<'a> {
    Size(&'a Size),
    /// It is not there yet, and empty when its turn comes.
    New,
    Nothing,
}

impl Scene {
    /// One that has been asked for all that is touched.
    pub(super) fn asked(sizes: Sizes, past: Past) -> Scene {
        Scene { sizes, past, new: None }
    }

    /// That of a file, for migrations before which these tables are not there.
    pub(crate) fn of(statistics: &Statistics, new: BTreeSet<&'static str>) -> Scene {
        let past = Past { rate: statistics.rows_per_second };
        Scene { sizes: Sizes::of(statistics), past, new: Some(new) }
    }

    pub(super) fn known(&self, table: &str) -> Known<'_> {
        match (self.sizes.get(table), &self.new) {
            (Some(size), _) => Known::Size(size),
            (None, Some(new)) if !new.contains(table) => Known::Nothing,
            (None, _) => Known::New,
        }
    }
}
