//! How did it go?

use std::time::Duration;

use crate::changeover::Changeover;
use crate::outcome::error::Error;
use crate::outcome::timeline::{HeadTime, Mark, MigrationTime, StepTime, Timeline};
use crate::record::store::trust;
use crate::session::executor::{Executor, Row, Rows};
use crate::session::shown::on_one_line;
use crate::session::sql::quote_literal;

/// A moment as seconds since 1970, to the microsecond.
const EPOCH: &str = "extract(epoch from ";

impl Changeover {
    /// Reads when which step ran, for how long and over how many rows, when gates opened, and what
    /// people did by hand. It needs the rights of the runner, because errors and statements may name
    /// keys of rows.
    pub async fn timeline(&mut self) -> Result<Timeline, Error> {
        let executor = self.session.unlocked().await?;
        trust::before_reading(executor).await?;
        let exists = "select pg_catalog.to_regclass('changeover.events') is not null";
        if !query(executor, exists).await?.is_true() {
            return Ok(Timeline::default());
        }
        let app = quote_literal(&self.settings.app);
        let mut timeline = Timeline::default();
        for row in query(executor, &steps(&app)).await?.iter() {
            let id = on_one_line(row.text(0));
            if timeline.migrations.last().is_none_or(|last| last.id != id) {
                let state = on_one_line(row.text(1));
                timeline.migrations.push(MigrationTime { id, state, ..MigrationTime::default() });
            }
            if let Some(last) = timeline.migrations.last_mut() {
                last.steps.push(step(row));
            }
        }
        let counted = "select pg_catalog.to_regclass('changeover.heads') is not null";
        if query(executor, counted).await?.is_true() {
            for row in query(executor, &heads(&app)).await?.iter() {
                note_head(&mut timeline.heads, row);
            }
        }
        for row in query(executor, &marks(&app)).await?.iter() {
            let known = timeline.migrations.iter_mut().find(|known| known.id == row.text(0));
            if let (Some(known), Some(at)) = (known, moment(row, 1)) {
                known.marks.push(Mark { at, what: on_one_line(row.text(2)) });
            }
        }
        Ok(timeline)
    }
}

fn steps(app: &str) -> String {
    format!(
        "select m.id, m.state, s.phase, s.ordinal, pg_catalog.split_part(s.sql, e'\\n', 1), \
         {EPOCH}s.started_at), {EPOCH}s.finished_at - s.started_at), s.rows, s.attempts, \
         pg_catalog.split_part(s.error, e'\\n', 1), {} \
         from changeover.migrations m join changeover.steps s on s.history = m.history \
         and s.migration = m.id where m.history = {app} and s.started_at is not null \
         order by m.position, m.id, s.started_at, s.ordinal",
        // An older build has not made these.
        ["locked", "held", "rested"]
            .map(|time| format!("pg_catalog.to_jsonb(s) ->> '{time}_seconds'"))
            .join(", ")
    )
}

fn heads(app: &str) -> String {
    format!(
        "select h.head, {EPOCH}h.at), h.live from changeover.heads h where h.history = {app} \
         order by min(h.at) over (partition by h.head), h.head, h.at"
    )
}

fn note_head(heads: &mut Vec<HeadTime>, row: Row<'_>) {
    let (head, Some(at)) = (on_one_line(row.text(0)), moment(row, 1)) else { return };
    let count = (at, row.number(2).unwrap_or_default());
    match heads.last_mut().filter(|last| last.head == head) {
        Some(known) => known.counts.push(count),
        None => heads.push(HeadTime { head, counts: vec![count] }),
    }
}

fn marks(app: &str) -> String {
    format!(
        "select g.migration, {EPOCH}g.opened_at), 'the gate of its ' || g.phase || ' opened' \
         from changeover.gates g where g.history = {app} and g.opened_at is not null union all \
         select e.migration, {EPOCH}e.at), e.what || ' by ' || e.who || ': ' || e.reason \
         from changeover.events e where e.history = {app} and e.migration is not null order by 2"
    )
}

fn step(row: Row<'_>) -> StepTime {
    StepTime {
        phase: on_one_line(row.text(2)),
        number: row.number(3).unwrap_or_default(),
        what: on_one_line(row.text(4)),
        began: moment(row, 5).unwrap_or_default(),
        took: moment(row, 6),
        rows: row.number(7).unwrap_or_default(),
        tries: row.number(8).unwrap_or_default(),
        error: row.get(9).map(on_one_line),
        locked: moment(row, 10).unwrap_or_default(),
        held: moment(row, 11).unwrap_or_default(),
        rested: moment(row, 12).unwrap_or_default(),
    }
}

/// What others wrote there may be no time at all.
fn moment(row: Row<'_>, column: usize) -> Option<Duration> {
    Duration::try_from_secs_f64(row.number::<f64>(column)?).ok()
}

async fn query(executor: &mut dyn Executor, sql: &str) -> Result<Rows, Error> {
    executor.query(sql).await.map_err(|error| Error::state_read(sql, error))
}
