//! From what the database remembers to the goal: which phase of which migration comes when.

use crate::lock::RunSession;
use crate::migration::{Migration, Migrations};
use crate::outcome::error::{Detail, Error};
use crate::outcome::report::Report;
use crate::outcome::status::State;
use crate::record::ledger::Ledger;
use crate::record::rules;
use crate::record::store::settled;
use crate::run::Run;
use crate::run::gates::GatePolicy;
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
    /// What was left to the background.
    Background,
    /// That partitions come and go by their rules.
    Keep,
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
            Goal::Background => "background",
            Goal::Keep => "keep partitions",
            Goal::Undo { .. } => "undo",
        }
    }

    /// Tells whether there is nothing to do for it where a run has left nothing of the history.
    pub(super) fn may_be_settled(&self) -> bool {
        !matches!(self, Goal::Force(_) | Goal::Undo { .. } | Goal::Keep)
    }

    /// Tells whether an instance tries it beside its work, unless somebody else is at it.
    pub(super) fn is_of_background(&self) -> bool {
        matches!(self, Goal::Finish | Goal::Keep)
    }

    fn key(&self, gate: Gate) -> Option<GatePolicy<'_>> {
        match self {
            Goal::Expand | Goal::Background | Goal::Keep | Goal::Undo { .. } => None,
            Goal::Migrate | Goal::Finish => GatePolicy::of(gate, false),
            Goal::Contract => GatePolicy::of(gate, true),
            Goal::Force(reason) => Some(GatePolicy { forced: Some(reason), ..GatePolicy::FRESH }),
        }
    }
}

/// Reads what is remembered, asks whether this build may run, and goes as far as the goal.
pub(super) async fn story(
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
    let gives_way = matches!(goal, Goal::Finish | Goal::Background | Goal::Keep);
    let mut run = Run { history, settings, session, ledger, report, brake, gives_way, with_rows };
    run.record_squashes(&unrecorded).await?;
    if let Goal::Undo { migrations, .. } = goal {
        return run.undo(migrations).await;
    }
    let left = rules::left_in_background(history, &run.ledger);
    if !matches!(goal, Goal::Background | Goal::Keep) {
        forth(&mut run, goal, &mut fresh).await?;
    }
    after_all(&mut run, goal, left).await?;
    // An instance that finishes looks at partitions less often.
    if !matches!(goal, Goal::Expand | Goal::Finish) {
        run.keep_partitions().await?;
    }
    if settled::leaves_nothing(history, &run.ledger) {
        settled::settle(run.session, &settings.app, history).await?;
    }
    match goal {
        Goal::Contract | Goal::Force(_) if !report.waiting.is_empty() => {
            Err(Error::new(Detail::GateHeld))
        }
        _ => Ok(()),
    }
}

/// All migrations, as far as the goal goes; what no new build waits for is left.
async fn forth(run: &mut Run<'_, '_>, goal: &Goal, fresh: &mut bool) -> Result<(), Error> {
    let key = goal.key(run.settings.leases.gate);
    for migration in run.history.migrations {
        if matches!(goal, Goal::Finish) && !run.is_begun(migration) {
            break;
        }
        // Where it was there before, old builds may be, too.
        *fresh &= !run.adopt(migration).await?;
        if *fresh && !matches!(goal, Goal::Expand) {
            run.run_required_contracts(migration).await?;
        }
        run.needed_first(migration).await?;
        match goal {
            Goal::Expand => run.expand(migration).await?,
            _ => run.migrate(migration).await?,
        }
        let goes_on = *fresh && !matches!(goal, Goal::Expand);
        if goes_on || matches!(goal, Goal::Contract | Goal::Force(_)) {
            run.background(migration).await?;
        }
        if let Some(key) = key {
            run.run_declared(migration, key).await?;
        }
    }
    Ok(())
}

/// Runs what is left to the background, once all that new builds wait for is there; and the gates
/// that waited for it. `earlier` was left before this run.
async fn after_all(
    run: &mut Run<'_, '_>,
    goal: &Goal,
    earlier: Vec<&'static Migration>,
) -> Result<(), Error> {
    let ours = match goal {
        Goal::Finish | Goal::Background => rules::left_in_background(run.history, &run.ledger),
        Goal::Migrate => earlier,
        Goal::Expand | Goal::Contract | Goal::Force(_) | Goal::Keep | Goal::Undo { .. } => {
            Vec::new()
        }
    };
    for migration in &ours {
        run.background(migration).await?;
    }
    if let (Some(key), false) = (goal.key(run.settings.leases.gate), ours.is_empty()) {
        run.report.waiting.clear();
        for migration in run.history.migrations {
            if run.is_begun(migration) {
                run.run_declared(migration, key).await?;
            }
        }
    }
    let left = rules::left_in_background(run.history, &run.ledger);
    run.report.background = left.iter().map(|one| one.id.to_owned()).collect();
    Ok(())
}
