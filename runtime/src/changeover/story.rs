//! The story of a run: lock, store, history, steps, record, report.

use std::time::Duration;

use crate::lock::{Locked, RunSession, Session};
use crate::migration::{Migration, Migrations};
use crate::outcome::error::{Detail, Error};
use crate::outcome::report::Report;
use crate::outcome::status::State;
use crate::record::ledger::Ledger;
use crate::record::{rules, store};
use crate::run::Run;
use crate::run::gates::GatePolicy;
use crate::settings::told::event::Event;
use crate::settings::{Gate, Settings};
use crate::work::step::brake::Brake;

/// How far a run goes.
pub(super) enum Goal {
    Expand,
    Migrate,
    Contract,
    /// The same, whoever lives, for this reason.
    Force(String),
    /// What has been begun, and what its gate lets through.
    Finish,
    /// The newest first.
    Undo {
        migrations: Vec<&'static Migration>,
        with_rows: bool,
    },
}

impl Goal {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Goal::Expand => "expand",
            Goal::Migrate => "migrate",
            Goal::Contract => "contract",
            Goal::Force(_) => "forced contract",
            Goal::Finish => "finish",
            Goal::Undo { .. } => "undo",
        }
    }

    fn key(&self, gate: Gate) -> Option<GatePolicy<'_>> {
        match self {
            Goal::Expand | Goal::Undo { .. } => None,
            Goal::Migrate | Goal::Finish => GatePolicy::of(gate, false),
            Goal::Contract => GatePolicy::of(gate, true),
            Goal::Force(reason) => Some(GatePolicy { forced: Some(reason), ..GatePolicy::FRESH }),
        }
    }
}

/// One try, under the lock of the history.
pub(super) async fn once(
    history: &Migrations,
    settings: &Settings,
    session: &mut Session,
    (report, is_told): (&mut Report, &mut bool),
    goal: &Goal,
    patience: Duration,
) -> Result<(), Error> {
    let (locked, lock) = session.lock(settings, patience).await?;
    if std::mem::take(is_told) {
        settings.tell(&Event::RunStarted { goal: goal.name() });
    }
    let outcome = carry_out(history, settings, locked, report, goal).await;
    lock.release(session, outcome).await
}

/// In the background there is nothing to tell where somebody else is at work, or nothing was to do.
pub(super) fn tell_of_end(
    settings: &Settings,
    goal: &str,
    is_told: bool,
    outcome: &Result<Report, Error>,
    took: Duration,
) {
    match outcome {
        Ok(report) if is_told || !report.phases.is_empty() => {
            settings.tell(&Event::RunFinished { goal, report, took });
        }
        Err(error) if is_told || !error.is_already_running() => {
            settings.tell(&Event::RunFailed { goal, error, took });
        }
        _ => {}
    }
}

async fn carry_out(
    history: &Migrations,
    settings: &Settings,
    mut session: Locked<'_>,
    report: &mut Report,
    goal: &Goal,
) -> Result<(), Error> {
    store::prepare(&mut session, settings).await?;
    let mut session = session.take_number(settings).await?;
    match story(history, settings, &mut session, report, goal).await {
        Err(error) => Err(session.explain(error).await),
        done => done,
    }
}

async fn story(
    history: &Migrations,
    settings: &Settings,
    session: &mut RunSession<'_>,
    report: &mut Report,
    goal: &Goal,
) -> Result<(), Error> {
    let mut ledger = Ledger::read(session.reader(), &settings.app).await?;
    let unrecorded = rules::take_squashed(history, &mut ledger)?;
    rules::admit(history, &ledger)?;
    let mut fresh = ledger.migrations.iter().all(|recorded| recorded.state == State::Pending);
    let brake = Brake::default();
    let with_rows = matches!(goal, Goal::Undo { with_rows: true, .. });
    let mut run = Run { history, settings, session, ledger, report, brake, with_rows };
    run.record_squashes(&unrecorded).await?;
    if let Goal::Undo { migrations, .. } = goal {
        return run.undo(migrations).await;
    }
    let key = goal.key(settings.leases.gate);
    for migration in history.migrations {
        if matches!(goal, Goal::Finish) && !run.is_begun(migration) {
            break;
        }
        // Where it was there before, old builds may be, too.
        fresh &= !run.adopt(migration).await?;
        if fresh && !matches!(goal, Goal::Expand) {
            run.run_required_contracts(migration).await?;
        }
        run.expand(migration).await?;
        if !matches!(goal, Goal::Expand) {
            run.migrate(migration).await?;
        }
        if let Some(key) = key {
            run.run_declared(migration, key).await?;
        }
    }
    match goal {
        Goal::Contract | Goal::Force(_) if !report.waiting.is_empty() => {
            Err(Error::new(Detail::GateHeld))
        }
        _ => Ok(()),
    }
}
