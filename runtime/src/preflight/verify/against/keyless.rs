//! A table without a key: its rows are counted and summed, all at once.

use super::range::{Walk, summed};
use super::table::Pair;
use crate::outcome::error::Error;
use crate::session::executor::Rows;

const TRIES: u32 = 10;

/// The count and the sum of the rows of one side.
type Sum = (u64, String);

impl Walk<'_> {
    pub(super) async fn without_key(&mut self, pair: &Pair) -> Result<(), Error> {
        let (here, there) = summed(pair, "true");
        for _ in 0..TRIES {
            self.hold().await?;
            let first = sum(&self.sides.here.formatted(&here).await?);
            let mut other = sum(&self.sides.there.formatted(&there).await?);
            if first != other {
                self.follow.catch_up(&mut self.sides).await?;
                other = sum(&self.sides.there.formatted(&there).await?);
            }
            let is_still =
                first == other || first == sum(&self.sides.here.formatted(&here).await?);
            if is_still {
                let current = self.tale.current();
                current.rows += first.0;
                if first != other {
                    current.differing += first.0.abs_diff(other.0).max(1);
                    current.notes.push(format!("{} rows here and {} there", first.0, other.0));
                }
                return Ok(());
            }
        }
        self.tale.current().unsettled += 1;
        Ok(())
    }
}

fn sum(rows: &Rows) -> Sum {
    let row = rows.iter().next();
    let count = row.and_then(|row| row.number(0)).unwrap_or_default();
    (count, row.map_or("", |row| row.text(1)).to_owned())
}
