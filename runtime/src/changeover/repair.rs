//! Corrections of the record by hand, each with a reason and a line in `changeover.events`.

use tracing::{Instrument as _, info_span};

use super::Changeover;
use crate::lock::{Locked, RunSession};
use crate::migration::text::plan_text;
use crate::migration::{Migration, Migrations, Phase, Step};
use crate::outcome::error::Error;
use crate::outcome::status::State;
use crate::record::ledger::{Ledger, Recorded, StepState};
use crate::record::rules;
use crate::record::store::events::{self, Event};
use crate::record::store::{self, Store};
use crate::settings::Settings;
use crate::settings::repair::{Repair, What};

impl Changeover {
    /// Corrects what the database remembers, and records who did it, when and why in the table
    /// `changeover.events`.
    ///
    /// It touches no table of the service's. It is
    /// [refused](crate::ErrorKind::RepairRefused) where it is certainly wrong, and
    /// [without a reason](crate::ErrorKind::ReasonMissing).
    pub async fn repair(&mut self, repair: Repair, reason: &str) -> Result<(), Error> {
        let Changeover { history, settings, session, .. } = self;
        events::reasoned(repair.what.name(), reason)?;
        let span = info_span!("changeover", app = %settings.app, goal = "repair");
        let run = async {
            let (locked, lock) = session.lock(settings, settings.deadline).await?;
            let outcome = carry_out(history, settings, locked, &repair, reason).await;
            lock.release(session, outcome).await
        };
        run.instrument(span).await
    }
}

async fn carry_out(
    history: &Migrations,
    settings: &Settings,
    mut session: Locked<'_>,
    repair: &Repair,
    reason: &str,
) -> Result<(), Error> {
    store::prepare(&mut session, settings).await?;
    let mut session = session.take_number(settings).await?;
    let mut ledger = Ledger::read_in_part(session.reader(), &settings.app).await?;
    rules::name_parents(history, &mut ledger);
    rules::may_repair(history, &ledger, repair)?;
    let recorded = ledger.get(&repair.migration);
    let statements = statements(history, &settings.app, repair, recorded);
    let (before, after) = before_and_after(history, repair, recorded);
    let (phase, step) = repair.what.step().unzip();
    let event = Event {
        what: repair.what.name(),
        migration: Some(&repair.migration),
        phase,
        step,
        reason,
        before: before.as_deref(),
        after: after.as_deref(),
    };
    let mut tx = session.begin().await?;
    let outcome = together(&mut tx, &settings.app, &statements, &event).await;
    tx.end(outcome).await
}

async fn together(
    session: &mut RunSession<'_>,
    history: &str,
    statements: &[String],
    event: &Event<'_>,
) -> Result<(), Error> {
    for statement in statements {
        session.query_state(statement).await?;
    }
    events::record(session, history, event).await
}

fn statements(
    history: &Migrations,
    app: &str,
    repair: &Repair,
    recorded: Option<&Recorded>,
) -> Vec<String> {
    let id = repair.migration.as_str();
    let Some((position, migration)) = history.place(id).zip(history.get(id)) else {
        return store::repair::forget(app, id).into();
    };
    let parent = history.remembered_parent(migration);
    let store = Store { history: app, migration, position, parent };
    match repair.what {
        What::Forget => store::repair::forget(app, id).into(),
        What::AcceptPlan => accepted(&store, recorded),
        What::MarkDone { phase, step } => {
            let mut statements = store.complete(phase);
            statements.push(store.mark(phase, step, StepState::Done));
            statements.push(store.state(state_once_done(recorded, phase)));
            let place = declared_at(history, phase, id);
            statements.extend(place.map(|place| store.gate(phase, Some(place))));
            statements
        }
        What::MarkUndone { phase, step } => {
            let state =
                recorded.map(|recorded| state_once_undone(migration, recorded, (phase, step)));
            // Undone would stand for a way back that has begun.
            let mut statements = store.complete(phase);
            statements.push(store.mark(phase, step, StepState::Planned));
            statements.extend(state.map(|state| store.state(state)));
            if phase == Phase::Switch && state == Some(migration.before_switch()) {
                statements.push(store.gate(phase, None));
            }
            statements
        }
        What::Recount => {
            let state = recorded.map(|recorded| recorded.counted(migration));
            let state = state.map(|state| store.state(state));
            [store::repair::unreadable(app, id)].into_iter().chain(state).collect()
        }
    }
}

/// The place of the migration that declares a switch or a contract.
fn declared_at(history: &Migrations, phase: Phase, id: &str) -> Option<usize> {
    let by = history.migrations.iter().find(|migration| match phase {
        Phase::Expand | Phase::Migrate | Phase::Background => false,
        Phase::Switch => migration.switches.contains(&id),
        Phase::Contract => migration.contracts.contains(&id),
    })?;
    history.place(by.id)
}

fn accepted(store: &Store<'_>, recorded: Option<&Recorded>) -> Vec<String> {
    let mut statements = vec![store.row()];
    for phase in Phase::ALL {
        let Some(recorded) = recorded else { continue };
        match rules::fixed_steps(recorded, phase) {
            None => statements.extend(store.adopt(phase, true)),
            Some(0) => {}
            Some(_) => statements.extend(store.adopt(phase, false)),
        }
    }
    statements
}

fn state_once_done(recorded: Option<&Recorded>, phase: Phase) -> State {
    let state = recorded.map_or(State::Pending, |recorded| recorded.state);
    match (phase, state) {
        (Phase::Switch, State::Migrated | State::Completed) => State::Switching,
        (Phase::Contract, State::Migrated | State::Completed | State::Switched) => {
            State::Contracting
        }
        (_, State::Pending) => State::Expanding,
        _ => state,
    }
}

fn state_once_undone(
    migration: &Migration,
    recorded: &Recorded,
    (phase, step): (Phase, usize),
) -> State {
    let others = recorded.phase(phase).filter(|other| other.ordinal != step);
    let any_left = others.filter(|other| other.state.has_effect()).count() > 0;
    match (phase, recorded.state) {
        (
            Phase::Expand,
            State::Expanded | State::Migrating | State::Migrated | State::Completed,
        ) => State::Expanding,
        (Phase::Migrate, State::Migrated | State::Completed) => State::Migrating,
        (Phase::Background, State::Completed) => State::Migrated,
        (Phase::Switch, State::Switching | State::Switched) if any_left => State::Switching,
        (Phase::Switch, State::Switching | State::Switched) => migration.before_switch(),
        (_, state) => state,
    }
}

/// Returns what changes, for who reads the record later.
fn before_and_after(
    history: &Migrations,
    repair: &Repair,
    recorded: Option<&Recorded>,
) -> (Option<String>, Option<String>) {
    let state = recorded.map(|recorded| recorded.state.to_string());
    let was = |phase, step| {
        let step = recorded.and_then(|recorded| recorded.step(phase, step));
        step.map(|step| step.state.name().to_owned())
    };
    match repair.what {
        What::AcceptPlan => {
            let ours = history.get(&repair.migration).map(plan_of);
            (recorded.map(recorded_plan), ours)
        }
        What::MarkDone { phase, step } => {
            (was(phase, step), Some(StepState::Done.name().to_owned()))
        }
        What::MarkUndone { phase, step } => {
            (was(phase, step), Some(StepState::Planned.name().to_owned()))
        }
        What::Recount => {
            let counted = history.get(&repair.migration).zip(recorded);
            (state, counted.map(|(migration, recorded)| recorded.counted(migration).to_string()))
        }
        What::Forget => (state, None),
    }
}

fn recorded_plan(recorded: &Recorded) -> String {
    let steps = Phase::ALL.into_iter().flat_map(|phase| recorded.phase(phase));
    let texts = steps.map(|step| format!("{}, step {}:\n{}\n", step.phase, step.ordinal, step.sql));
    texts.collect()
}

fn plan_of(migration: &Migration) -> String {
    let steps = |phase| migration.steps(phase).enumerate().map(move |(at, step)| (phase, at, step));
    let steps = Phase::ALL.into_iter().flat_map(steps);
    let text = |(phase, at, step): (Phase, usize, &Step)| {
        format!("{phase}, step {}:\n{}\n", at + 1, plan_text(&step.work))
    };
    steps.map(text).collect()
}
