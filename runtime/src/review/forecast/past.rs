//! How fast earlier backfills of this database were.

use crate::outcome::error::Error;
use crate::session::executor::Executor;
use crate::session::sql::may_read;

/// Fewer rows say nothing about speed.
const ENOUGH: u32 = 10_000;

/// What the record of steps tells.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// Rows a second of earlier backfills, pauses and waits included.
    pub(super) rate: Option<u64>,
}

impl Past {
    /// A role that may not read the record, and a database without one, have no past.
    pub(super) async fn read(executor: &mut dyn Executor) -> Result<Past, Error> {
        let sees = may_read("steps");
        let rows = executor.query(&sees).await;
        if !rows.map_err(|error| Error::sql(&sees, &error))?.is_true() {
            return Ok(Past::default());
        }
        // Of no rows `greatest` would make one a second.
        let asked = format!(
            "select greatest(t.rows / nullif(t.seconds, 0), 1)::bigint from (select \
             sum(rows)::float8, sum(extract(epoch from finished_at - started_at))::float8 \
             from changeover.steps where state = 'done' and attempts = 1 and rows >= {ENOUGH} \
             and finished_at > started_at) t (rows, seconds) where t.rows > 0"
        );
        let rows = executor.query(&asked).await.map_err(|error| Error::sql(&asked, &error))?;
        Ok(Past { rate: rows.value().and_then(|rate| rate.parse().ok()) })
    }
}
