//! How fast earlier backfills of this database were.

use crate::outcome::error::Error;
use crate::session::executor::Executor;

/// Fewer rows say nothing about speed.
const ENOUGH: u32 = 10_000;

/// What the record of steps tells.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// Rows a second of earlier backfills, pauses and waits included.
    pub(super) rate: Option<f64>,
}

impl Past {
    /// A role that may not read the record, and a database without one, have no past.
    pub(super) async fn read(executor: &mut dyn Executor) -> Result<Past, Error> {
        let sees = "select coalesce(pg_catalog.has_table_privilege(\
                    pg_catalog.to_regclass('changeover.steps'), 'select'), false) \
                    and pg_catalog.has_schema_privilege('changeover', 'usage')";
        let asked = format!(
            "select sum(rows)::float8 / nullif(sum(extract(epoch from finished_at - started_at)), 0) \
             from changeover.steps where state = 'done' and attempts = 1 and rows >= {ENOUGH} \
             and finished_at > started_at"
        );
        let exists = "select pg_catalog.to_regclass('changeover.steps') is not null";
        for condition in [exists, sees] {
            let rows = executor.query(condition).await;
            if !rows.map_err(|error| Error::sql(condition, &error))?.is_true() {
                return Ok(Past::default());
            }
        }
        let rows = executor.query(&asked).await.map_err(|error| Error::sql(&asked, &error))?;
        Ok(Past { rate: rows.value().and_then(|rate| rate.parse().ok()) })
    }
}
