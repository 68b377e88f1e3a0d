//! What goes on just now?

pub(crate) mod seen;

use std::time::Duration;

use self::seen::{Glance, RunningStep};
use crate::changeover::Changeover;
use crate::lock::is_runner;
use crate::migration::{Migrations, Phase, Work};
use crate::outcome::error::Error;
use crate::session::executor::{Executor, Row, Rows};
use crate::session::shown::on_one_line;
use crate::session::sql::{may_read, quote_literal, tree};
use crate::work::step;

/// The sessions that wait for others.
const QUEUE: &str = "select pg_catalog.format('pid %s (%s) waits for %s since %s: %s', a.pid, \
    coalesce(nullif(a.application_name, ''), a.usename), \
    pg_catalog.array_to_string(pg_catalog.pg_blocking_pids(a.pid), ', '), \
    pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - a.query_start), \
    pg_catalog.left(a.query, 60)) from pg_catalog.pg_stat_activity a \
    where a.datname = pg_catalog.current_database() and a.wait_event_type = 'Lock' \
    order by a.query_start limit 10";

impl Changeover {
    /// Reads what goes on just now: the [`status`](Changeover::status), the step that a run is at with
    /// how much of it is done, who waits for whom, and what the server is busy with. It waits for no lock and changes nothing.
    ///
    /// PostgreSQL manual, sections "`CREATE INDEX` Progress Reporting" and `pg_blocking_pids`.
    pub async fn glance(&mut self) -> Result<Glance, Error> {
        let status = self.status().await?;
        let Changeover { history, settings, session, .. } = self;
        let executor = session.unlocked().await?;
        let running = running(executor, history, &settings.app).await?;
        let queue = query(executor, QUEUE).await?;
        let load = step::load(executor, settings).await?;
        let queue = queue.iter().map(|row| on_one_line(row.text(0))).collect();
        Ok(Glance { status, running, queue, load })
    }
}

async fn running(
    executor: &mut dyn Executor,
    history: &Migrations,
    app: &str,
) -> Result<Option<RunningStep>, Error> {
    if !query(executor, &may_read("steps")).await?.is_true() {
        return Ok(None);
    }
    let rows = query(executor, &under_way(app)).await?;
    let Some(row) = rows.iter().next() else { return Ok(None) };
    let Some(mut step) = step(history, row) else { return Ok(None) };
    let work = history.get(&step.migration).and_then(|migration| {
        migration.steps(step.phase).nth(step.number.checked_sub(1)?).map(|step| step.work)
    });
    match work {
        Some(Work::BuildIndex(index)) => build(executor, &mut step, index.table).await?,
        Some(work) => {
            if let Some(table) = work.walks() {
                fill(executor, &mut step, table).await?;
            }
        }
        None => {}
    }
    Ok(Some(step))
}

/// The step that was begun last and has not ended, where somebody is at work.
fn under_way(app: &str) -> String {
    let history = quote_literal(app);
    let running = is_runner(app, "l.pid");
    format!(
        "select s.migration, s.phase, s.ordinal, s.rows, \
         extract(epoch from clock_timestamp() - s.started_at) from changeover.steps s \
         where s.history = {history} and s.started_at is not null and s.finished_at is null \
         and s.error is null and exists (select from pg_catalog.pg_locks l \
         where l.locktype = 'advisory' and l.granted and {running}) \
         order by s.started_at desc limit 1"
    )
}

fn step(history: &Migrations, row: Row<'_>) -> Option<RunningStep> {
    let phase = Phase::ALL.into_iter().find(|phase| phase.to_string() == row.text(1))?;
    let (migration, number) = (row.text(0).to_owned(), row.number::<usize>(2)?);
    let why = history.get(&migration)?.steps(phase).nth(number.checked_sub(1)?)?.why;
    let rows = row.number(3).unwrap_or_default();
    let since = Duration::try_from_secs_f64(row.number(4).unwrap_or_default()).unwrap_or_default();
    Some(RunningStep { migration, phase, number, why, since, rows, done: rows, all: None })
}

async fn fill(
    executor: &mut dyn Executor,
    step: &mut RunningStep,
    table: &str,
) -> Result<(), Error> {
    let relations = tree(&format!("pg_catalog.to_regclass({})", quote_literal(table)));
    let sql = format!(
        "select sum(nullif(c.reltuples, -1))::bigint from pg_catalog.pg_class c \
         where c.relkind = 'r' and c.oid in ({relations})"
    );
    step.all = query(executor, &sql).await?.iter().next().and_then(|row| row.number(0));
    Ok(())
}

async fn build(
    executor: &mut dyn Executor,
    step: &mut RunningStep,
    table: &str,
) -> Result<(), Error> {
    let relations = tree(&format!("pg_catalog.to_regclass({})", quote_literal(table)));
    let sql = format!(
        "select p.blocks_done, nullif(p.blocks_total, 0) \
         from pg_catalog.pg_stat_progress_create_index p where p.relid in ({relations}) limit 1"
    );
    if let Some(row) = query(executor, &sql).await?.iter().next() {
        step.done = row.number(0).unwrap_or_default();
        step.all = row.number(1);
    }
    Ok(())
}

async fn query(executor: &mut dyn Executor, sql: &str) -> Result<Rows, Error> {
    executor.query(sql).await.map_err(|error| Error::state_read(sql, error))
}
