//! What the database remembers of a history.

use crate::error::Error;
use crate::executor::{Executor, Row, Rows};
use crate::migration::{Migration, Migrations, Phase};
use crate::plan_text::plan_text;
use crate::sql::quote_literal;
use crate::status::{MigrationStatus, State, Status};

/// Every migration that the database remembers, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) migrations: Vec<Recorded>,
}

#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) id: String,
    pub(crate) parent: Option<String>,
    pub(crate) state: State,
    pub(crate) steps: Vec<RecordedStep>,
}

#[derive(Debug, Clone)]
pub(crate) struct RecordedStep {
    pub(crate) phase: Phase,
    pub(crate) ordinal: usize,
    pub(crate) sql: String,
    pub(crate) state: StepState,
    pub(crate) cursor: Option<String>,
    pub(crate) rows: u64,
    pub(crate) error: Option<String>,
}

/// How far a step is. `Intended` and `Undoing` are for what cannot be done in one transaction:
/// there the truth is in the catalogs, or in the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepState {
    Planned,
    Intended,
    Done,
    Undoing,
    Undone,
}

impl StepState {
    const NAMES: [(StepState, &'static str); 5] = [
        (StepState::Planned, "planned"),
        (StepState::Intended, "intended"),
        (StepState::Done, "done"),
        (StepState::Undoing, "undoing"),
        (StepState::Undone, "undone"),
    ];

    pub(crate) fn name(self) -> &'static str {
        StepState::NAMES.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    fn parse(name: &str) -> Option<StepState> {
        StepState::NAMES.iter().find(|(_, known)| *known == name).map(|(state, _)| *state)
    }

    /// Whether the database may hold something of the step.
    pub(crate) fn has_effect(self) -> bool {
        matches!(self, StepState::Intended | StepState::Done | StepState::Undoing)
    }
}

impl Ledger {
    /// Reads it; a database that no run has touched has an empty one.
    pub(crate) async fn read(executor: &mut dyn Executor, app: &str) -> Result<Ledger, Error> {
        let exists = "select to_regclass('changeover.steps') is not null";
        if query(executor, exists).await?.value() != Some("t") {
            return Ok(Ledger::default());
        }
        let history = quote_literal(app);
        let migrations = format!(
            "select id, parent, state from changeover.migrations \
             where history = {history} order by position, id"
        );
        let steps = format!(
            "select migration, phase, ordinal, sql, state, cursor, rows, error \
             from changeover.steps where history = {history} order by migration, phase, ordinal"
        );
        let mut ledger = Ledger::default();
        for row in query(executor, &migrations).await?.iter() {
            ledger.migrations.push(migration(row).ok_or_else(|| corrupt("migrations", row))?);
        }
        for row in query(executor, &steps).await?.iter() {
            let step = step(row).ok_or_else(|| corrupt("steps", row))?;
            let id = row.get(0).unwrap_or_default();
            let recorded = ledger.migrations.iter_mut().find(|recorded| recorded.id == id);
            recorded.ok_or_else(|| corrupt("steps", row))?.steps.push(step);
        }
        Ok(ledger)
    }

    /// Remembers what [`Store::plan`](crate::store::Store::plan) wrote down.
    pub(crate) fn plan(&mut self, migration: &Migration, phase: Phase) {
        let known = self.migrations.iter().position(|recorded| recorded.id == migration.id);
        let index = known.unwrap_or(self.migrations.len());
        if known.is_none() {
            self.migrations.push(Recorded {
                id: migration.id.to_owned(),
                parent: None,
                state: State::Pending,
                steps: Vec::new(),
            });
        }
        let Some(recorded) = self.migrations.get_mut(index) else { return };
        recorded.parent = migration.parent.map(str::to_owned);
        recorded.steps.retain(|step| step.phase != phase);
        let steps = migration.steps(phase).enumerate();
        recorded.steps.extend(steps.map(|(index, step)| RecordedStep {
            phase,
            ordinal: index + 1,
            sql: plan_text(&step.work),
            state: StepState::Planned,
            cursor: None,
            rows: 0,
            error: None,
        }));
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Recorded> {
        self.migrations.iter().find(|recorded| recorded.id == id)
    }

    pub(crate) fn state(&self, id: &str) -> State {
        self.get(id).map_or(State::Pending, |recorded| recorded.state)
    }

    /// Those that this build does not know and that have run.
    pub(crate) fn unknown<'a>(
        &'a self,
        history: &'a Migrations,
    ) -> impl Iterator<Item = &'a Recorded> {
        self.migrations.iter().filter(|recorded| {
            recorded.state != State::Pending && history.get(&recorded.id).is_none()
        })
    }

    pub(crate) fn status(&self, history: &Migrations) -> Status {
        Status {
            migrations: history.migrations.iter().map(|migration| self.line(migration)).collect(),
            unknown: self.unknown(history).map(|recorded| recorded.id.clone()).collect(),
            held: Vec::new(),
            instances: Vec::new(),
        }
    }

    fn line(&self, migration: &Migration) -> MigrationStatus {
        let steps = self.get(migration.id).map_or(&[][..], |recorded| &recorded.steps);
        let before_contract = |step: &&RecordedStep| step.phase <= Phase::Migrate;
        MigrationStatus {
            id: migration.id.to_owned(),
            state: self.state(migration.id),
            done: steps
                .iter()
                .filter(before_contract)
                .filter(|step| step.state == StepState::Done)
                .count(),
            steps: migration.steps(Phase::Expand).chain(migration.steps(Phase::Migrate)).count(),
            rows: steps.iter().map(|step| step.rows).sum(),
            error: steps.iter().find_map(|step| step.error.clone()),
        }
    }
}

impl Recorded {
    pub(crate) fn step(&self, phase: Phase, ordinal: usize) -> Option<&RecordedStep> {
        self.phase(phase).find(|step| step.ordinal == ordinal)
    }

    pub(crate) fn phase(&self, phase: Phase) -> impl Iterator<Item = &RecordedStep> {
        self.steps.iter().filter(move |step| step.phase == phase)
    }

    /// Whether the database may hold something of a phase.
    pub(crate) fn has_effect(&self, phase: Phase) -> bool {
        self.phase(phase).any(|step| step.state.has_effect())
    }
}

fn migration(row: Row<'_>) -> Option<Recorded> {
    Some(Recorded {
        id: row.get(0)?.to_owned(),
        parent: row.get(1).map(str::to_owned),
        state: State::parse(row.get(2)?)?,
        steps: Vec::new(),
    })
}

fn step(row: Row<'_>) -> Option<RecordedStep> {
    let phase = row.get(1)?;
    Some(RecordedStep {
        phase: Phase::ALL.into_iter().find(|known| known.to_string() == phase)?,
        ordinal: row.get(2)?.parse().ok()?,
        sql: row.get(3)?.to_owned(),
        state: StepState::parse(row.get(4)?)?,
        cursor: row.get(5).map(str::to_owned),
        rows: row.get(6)?.parse().ok()?,
        error: row.get(7).map(str::to_owned),
    })
}

fn corrupt(table: &str, row: Row<'_>) -> Error {
    let id = row.get(0).unwrap_or_default();
    Error::corrupt(format!("a row of `{table}` for migration `{id}` cannot be read"))
}

async fn query(executor: &mut dyn Executor, sql: &str) -> Result<Rows, Error> {
    executor.query(sql).await.map_err(|error| Error::sql(sql, error))
}
