//! What is told of a verification while it goes on.

use super::position::Position;
use crate::outcome::verification::Verified;
use crate::session::shown::on_one_line;
use crate::settings::verify::{Verify, Verifying};

/// What has been verified, with the table that is being verified last.
pub(super) struct Tale<'a> {
    pub(super) verify: &'a Verify,
    pub(super) position: Position,
}

impl Tale<'_> {
    /// Goes on to a table, unless the position is in it.
    pub(super) fn begin(&mut self, table: &str, differing_are: &str) {
        if self.position.place.is_some() {
            return;
        }
        let (table, differing_are) = (on_one_line(table), differing_are.to_owned());
        self.position.verified.push(Verified { table, differing_are, ..Verified::default() });
    }

    /// The table that is being verified.
    pub(super) fn current(&mut self) -> &mut Verified {
        if self.position.verified.is_empty() {
            self.position.verified.push(Verified::default());
        }
        let last = self.position.verified.len() - 1;
        &mut self.position.verified[last]
    }

    /// How many more rows of it may be named.
    pub(super) fn room(&mut self) -> usize {
        self.verify.shown.saturating_sub(self.current().samples.len())
    }

    /// It is at this place, or through the table.
    pub(super) fn at(&mut self, place: Option<String>) {
        self.position.place = place;
        self.tell(None);
    }

    pub(super) fn tell(&self, held_by: Option<&str>) {
        let (Some(watch), Some(last)) = (&self.verify.watch, self.position.verified.last()) else {
            return;
        };
        watch(&Verifying {
            table: &last.table,
            rows: last.rows,
            differing: last.differing,
            held_by,
            position: &self.position.text(),
        });
    }
}
