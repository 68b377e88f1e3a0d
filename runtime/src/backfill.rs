//! Fills rows by an expression of SQL.

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::heap::{Cursor, Leaf};
use crate::migration::Backfill;
use crate::sql::OWN;
use crate::stage::Stage;
use crate::store::StepStore;
use crate::walk::{Filler, Turn, Walked};

/// A second walk finds what moved behind the first one's back, as when the table was rewritten
/// in between. What it leaves is not going to be filled by a third.
const WALKS: u32 = 2;

impl Filler for &Backfill {
    fn table(&self) -> &'static str {
        self.table
    }

    fn pending(&self) -> &'static str {
        self.pending
    }

    async fn turn(
        &mut self,
        stage: &mut Stage<'_, '_>,
        store: &StepStore<'_>,
        leaf: &Leaf,
        at: Cursor,
    ) -> Result<Turn, Error> {
        let Backfill { set, pending, .. } = self;
        let (name, place) = (&leaf.name, at.condition());
        let own = stage.held.own();
        let record = store.filled(own, &at.next().to_string());
        let sql = format!(
            "with filled as (update only {name} set {set} \
             where {place} and {own} and ({pending}) returning 1) \
             {record} returning (select count(*) from filled) {OWN}"
        );
        let started = Instant::now();
        let rows = stage.held.query(&sql).await?;
        match rows.value().and_then(|count| count.parse().ok()) {
            Some(filled) => Ok(Turn { filled, took: started.elapsed() }),
            None => Err(stage.held.why_not().await),
        }
    }

    fn goes_on(&self, walked: Walked, _: Duration) -> bool {
        walked.walks < WALKS
    }
}
