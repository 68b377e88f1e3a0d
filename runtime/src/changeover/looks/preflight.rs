//! The preflight alone.

use crate::changeover::Changeover;
use crate::lock::Locked;
use crate::migration::{Migration, Migrations, Phase, Step};
use crate::outcome::error::Error;
use crate::outcome::finding::{Finding, Findings};
use crate::preflight::{Ahead, look};
use crate::record::ledger::{Ledger, StepState};
use crate::record::rules;
use crate::record::store::trust;
use crate::settings::Settings;
use crate::work::touched::Earlier;

impl Changeover {
    /// Looks for what would make a pending phase fail or hurt, all of them with the switches and
    /// the contracts that this history declares, and changes nothing. What a phase finds only
    /// because an earlier one has not run yet is left out.
    ///
    /// Every run does the same before each phase, and stops or waits where a finding is severe;
    /// here it is only told. It waits until no other run is under way.
    pub async fn preflight(&mut self) -> Result<Findings, Error> {
        let Changeover { history, settings, session, .. } = self;
        let (mut locked, lock) = session.lock(settings, settings.deadline).await?;
        let outcome = look_at_all(history, settings, &mut locked).await;
        lock.release(session, outcome).await
    }
}

pub(super) async fn look_at_all(
    history: &Migrations,
    settings: &Settings,
    session: &mut Locked<'_>,
) -> Result<Findings, Error> {
    trust::before_writing(session).await?;
    let mut ledger = Ledger::read(session.reader(), &settings.app).await?;
    rules::take_squashed(history, &mut ledger)?;
    let (mut findings, mut earlier) = (Vec::<Finding>::new(), Earlier::default());
    let declared = |ids: &'static [&'static str], phase| {
        let declared = history.migrations.iter().filter(move |one| ids.contains(&one.id));
        declared.map(move |migration| (*migration, phase))
    };
    for migration in history.migrations {
        let own = [Phase::Expand, Phase::Migrate, Phase::Background];
        let own = own.map(|phase| (*migration, phase));
        let switches = [migration.switches, migration.contracts];
        let switches = switches.into_iter().flat_map(|ids| declared(ids, Phase::Switch));
        let contracts = declared(migration.contracts, Phase::Contract);
        for (migration, phase) in own.into_iter().chain(switches).chain(contracts) {
            // What it needs of an earlier one's background comes before it.
            let is_first = ledger.is_first(history, migration, phase)
                && rules::needed_first(history, &ledger, migration).is_empty();
            let ahead = Ahead { is_first, ..pending(&ledger, migration, phase) };
            if ahead.steps.is_empty() {
                continue;
            }
            let found = look(session, settings, &ahead, &mut earlier).await?;
            let is_new = |new: &Finding| !findings.iter().any(|known| known.same(new));
            let new: Vec<Finding> = found.into_iter().filter(is_new).collect();
            findings.extend(new);
        }
    }
    Ok(Findings(findings))
}

/// The steps of a phase that have not run.
fn pending(ledger: &Ledger, migration: &'static Migration, phase: Phase) -> Ahead {
    let done = |phase, ordinal| {
        let step = ledger.get(migration.id).and_then(|known| known.step(phase, ordinal));
        step.is_some_and(|step| step.state == StepState::Done)
    };
    let left = |phase| -> Vec<&'static Step> {
        let steps = migration.steps(phase).enumerate();
        steps.filter(|(index, _)| !done(phase, index + 1)).map(|(_, step)| step).collect()
    };
    let is_due = Phase::ALL.into_iter().all(|earlier| earlier >= phase || left(earlier).is_empty());
    let (steps, later, changes) = (left(phase), Vec::new(), migration.changes());
    Ahead { migration: migration.id, phase, steps, later, changes, is_first: false, is_due }
}
