//! The record as it is read: what hands of others left in it must never be taken for ours.

use super::{Ledger, Recorded, RecordedStep, StepState};
use crate::error::Error;
use crate::executor::{Executor, Row, Rows};
use crate::migration::Phase;
use crate::sql::quote_literal;
use crate::status::State;

const UNDEFINED_TABLE: &str = "42P01";
const UNDEFINED_COLUMN: &str = "42703";

impl Ledger {
    /// Reads it; a database that no run has touched has an empty one.
    pub(crate) async fn read(executor: &mut dyn Executor, app: &str) -> Result<Ledger, Error> {
        let Some(mut record) = Record::read(executor, app).await? else {
            return Ok(Ledger::default());
        };
        if let Some(error) = record.unreadable.pop() {
            return Err(error);
        }
        for recorded in &mut record.ledger.migrations {
            recorded.is_sound()?;
            recorded.settle();
        }
        Ok(record.ledger)
    }

    /// Reads of it what can be read, for who is going to put the rest right.
    pub(crate) async fn read_in_part(
        executor: &mut dyn Executor,
        app: &str,
    ) -> Result<Ledger, Error> {
        let record = Record::read(executor, app).await?;
        Ok(record.map(|record| record.ledger).unwrap_or_default())
    }
}

struct Record {
    ledger: Ledger,
    unreadable: Vec<Error>,
}

impl Record {
    async fn read(executor: &mut dyn Executor, app: &str) -> Result<Option<Record>, Error> {
        if !is_there(executor).await? {
            return Ok(None);
        }
        let history = quote_literal(app);
        let migrations = format!(
            "select id, parent, state, to_jsonb(m) ->> 'plan_version' from changeover.migrations m \
             where history = {history} order by position, id"
        );
        let steps = format!(
            "select migration, phase, ordinal, sql, state, cursor, rows, error \
             from changeover.steps where history = {history} order by migration, phase, ordinal"
        );
        let (mut ledger, mut unreadable) = (Ledger::default(), Vec::new());
        for row in rows(executor, &migrations).await?.iter() {
            let Some(recorded) = migration(row) else {
                unreadable.push(cannot_be_read("migrations", row));
                ledger.migrations.extend(stateless(row));
                continue;
            };
            ledger.migrations.push(recorded);
        }
        for row in rows(executor, &steps).await?.iter() {
            let id = row.get(0).unwrap_or_default();
            let known = ledger.migrations.iter_mut().find(|recorded| recorded.id == id);
            match (known, step(row)) {
                (Some(known), Some(step)) => known.steps.push(step),
                _ => unreadable.push(cannot_be_read("steps", row)),
            }
        }
        Ok(Some(Record { ledger, unreadable }))
    }
}

impl Recorded {
    /// What a state says that is behind, or ahead of, what has been done.
    fn settle(&mut self) {
        let has_effect = self.steps.iter().any(|step| step.state.has_effect());
        let begun = (State::Expanding..=State::Migrating).contains(&self.state);
        if begun && !has_effect {
            // One that failed before it did anything may be edited, moved and left out.
            self.state = State::Pending;
        } else if self.state == State::Pending && has_effect {
            self.state = State::Expanding;
        }
    }
}

async fn is_there(executor: &mut dyn Executor) -> Result<bool, Error> {
    let sql = "select pg_catalog.to_regclass('changeover.steps') is not null, \
               pg_catalog.to_regclass('changeover.migrations') is not null, \
               pg_catalog.to_regclass('changeover.upgrades') is not null";
    let found = query(executor, sql).await?;
    let Some(row) = found.iter().next() else { return Ok(false) };
    let missing = |column| row.get(column) == Some("f");
    match (row.get(0) == Some("t"), missing(1)) {
        (true, false) => Ok(true),
        (true, true) => Err(incomplete("there is no table `migrations`")),
        (false, _) if row.get(1) == Some("t") || row.get(2) == Some("t") => {
            Err(incomplete("there is no table `steps`"))
        }
        (false, _) => Ok(false),
    }
}

fn migration(row: Row<'_>) -> Option<Recorded> {
    Some(Recorded { state: State::parse(row.get(2)?)?, ..stateless(row)? })
}

fn stateless(row: Row<'_>) -> Option<Recorded> {
    Some(Recorded {
        id: row.get(0)?.to_owned(),
        parent: row.get(1).map(str::to_owned),
        state: State::Pending,
        plan_version: row.get(3).and_then(|version| version.parse().ok()),
        steps: Vec::new(),
    })
}

fn step(row: Row<'_>) -> Option<RecordedStep> {
    let phase = row.get(1)?;
    Some(RecordedStep {
        phase: Phase::ALL.into_iter().find(|known| known.to_string() == phase)?,
        ordinal: row.get(2)?.parse().ok().filter(|ordinal| *ordinal > 0)?,
        sql: row.get(3)?.to_owned(),
        state: StepState::parse(row.get(4)?)?,
        cursor: row.get(5).map(str::to_owned),
        rows: row.get(6)?.parse().ok()?,
        error: row.get(7).map(str::to_owned),
    })
}

fn cannot_be_read(table: &str, row: Row<'_>) -> Error {
    let id = row.get(0).unwrap_or_default();
    Error::corrupt(format!(
        "a row of `{table}` for migration `{id}` cannot be read\n\
         help: `repair(Repair::recount(\"{id}\"), reason)` leaves it out"
    ))
}

fn incomplete(what: &str) -> Error {
    Error::corrupt(format!(
        "{what}\n\
         help: restore it from a backup; without one, drop the schema and say step by step with \
         `repair(Repair::mark_done(…), reason)` what the database has"
    ))
}

async fn rows(executor: &mut dyn Executor, sql: &str) -> Result<Rows, Error> {
    query(executor, sql).await.map_err(|error| match error.code() {
        Some(UNDEFINED_TABLE | UNDEFINED_COLUMN) => {
            incomplete("a table or a column of its own is gone").caused_by(error)
        }
        _ => error,
    })
}

async fn query(executor: &mut dyn Executor, sql: &str) -> Result<Rows, Error> {
    executor.query(sql).await.map_err(|error| Error::sql(sql, error))
}
