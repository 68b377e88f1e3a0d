//! The record as it is read: what hands of others left in it must never be taken for ours.

use super::{Ledger, Recorded, RecordedStep, StepState};
use crate::migration::Phase;
use crate::outcome::error::Error;
use crate::outcome::status::State;
use crate::session::executor::{Executor, Row, Rows};
use crate::session::sql::quote_literal;
use crate::session::sqlstate::{UNDEFINED_COLUMN, UNDEFINED_TABLE};

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
        let Some(sight) = sight(executor).await? else { return Ok(None) };
        let [migrations, steps] = sight.queries(app);
        let (mut ledger, mut unreadable) = (Ledger::default(), Vec::new());
        for row in rows(executor, &migrations).await?.iter() {
            let Some(recorded) = migration(row) else {
                unreadable.push(cannot_be_read("migrations", row));
                if let Some(recorded) = stateless(row) {
                    ledger.push(recorded);
                }
                continue;
            };
            ledger.push(recorded);
        }
        for row in rows(executor, &steps).await?.iter() {
            let id = row.text(0);
            match (ledger.get_mut(id), step(row)) {
                (Some(known), Some(step)) => known.steps.push(step),
                _ => unreadable.push(cannot_be_read("steps", row)),
            }
        }
        Ok(Some(Record { ledger, unreadable }))
    }
}

/// How much of the record the role sees.
enum Sight {
    All,
    /// What an instance needs of a history that its role speaks for.
    Progress,
}

impl Sight {
    /// The queries of migrations and of steps.
    fn queries(&self, app: &str) -> [String; 2] {
        let history = quote_literal(app);
        let (migrations, steps, secret) = match self {
            Sight::All => (
                format!("changeover.migrations m where history = {history}"),
                format!("changeover.steps s where history = {history}"),
                [
                    "sql",
                    "cursor",
                    "error",
                    // Another try of a build from before there was the column does not touch it.
                    "(pg_catalog.to_jsonb(s) ->> 'interrupted_at')::timestamptz >= s.started_at \
                     and s.finished_at is null",
                ],
            ),
            Sight::Progress => (
                format!("changeover.migrations_of({history}) m"),
                format!("changeover.steps_of({history}) s"),
                [
                    "''",
                    "null",
                    "case when failed then 'a step failed; its error is for the runner'::text end",
                    "false",
                ],
            ),
        };
        let [sql, cursor, error, interrupted] = secret;
        [
            format!(
                "select id, parent, state, to_jsonb(m) ->> 'plan_version' from {migrations} \
                 order by position, id"
            ),
            format!(
                "select migration, phase, ordinal, {sql}, state, {cursor}, rows, {error}, {interrupted} \
                 from {steps} order by migration, phase, ordinal"
            ),
        ]
    }
}

impl Recorded {
    /// Settles what a state says that is behind, or ahead of, what has been done.
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

/// None where there is no record.
async fn sight(executor: &mut dyn Executor) -> Result<Option<Sight>, Error> {
    let sql = "select pg_catalog.to_regclass('changeover.steps') is not null, \
               pg_catalog.to_regclass('changeover.migrations') is not null, \
               pg_catalog.to_regclass('changeover.upgrades') is not null, \
               not pg_catalog.has_table_privilege(pg_catalog.to_regclass('changeover.steps'), 'select') \
               and pg_catalog.to_regprocedure('changeover.steps_of(text)') is not null";
    let found = query(executor, sql).await?;
    let Some(row) = found.iter().next() else { return Ok(None) };
    let missing = |column| row.get(column) == Some("f");
    match (row.is_true(0), missing(1)) {
        (true, false) if row.is_true(3) => Ok(Some(Sight::Progress)),
        (true, false) => Ok(Some(Sight::All)),
        (true, true) => Err(incomplete("there is no table `migrations`")),
        (false, _) if row.is_true(1) || row.is_true(2) => {
            Err(incomplete("there is no table `steps`"))
        }
        (false, _) => Ok(None),
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
        was_before_squash: false,
    })
}

fn step(row: Row<'_>) -> Option<RecordedStep> {
    let phase = row.get(1)?;
    Some(RecordedStep {
        phase: Phase::ALL.into_iter().find(|known| known.to_string() == phase)?,
        ordinal: row.number(2).filter(|ordinal| *ordinal > 0)?,
        sql: row.get(3)?.to_owned(),
        state: StepState::parse(row.get(4)?)?,
        cursor: row.get(5).map(str::to_owned),
        rows: row.number(6)?,
        error: row.get(7).map(str::to_owned),
        interrupted: row.is_true(8),
    })
}

fn cannot_be_read(table: &str, row: Row<'_>) -> Error {
    let id = row.text(0);
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
    executor.query(sql).await.map_err(|error| Error::state_read(sql, error))
}
