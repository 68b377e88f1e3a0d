//! Runs that are measured: the way forth with what was foreseen of it, and contracts.

use std::time::Duration;

use crate::migration::{Migration, Migrations, Phase};
use crate::outcome::error::{Error, ErrorKind};
use crate::outcome::forecast::{Forecast, StepForecast, Takes};
use crate::outcome::report::Report;
use crate::outcome::timeline::Timeline;
use crate::testing::rehearsal::clients::build::Age;
use crate::testing::rehearsal::found::findings::note_report;
use crate::testing::rehearsal::found::outcome::{ProblemKind, RehearsedStep};
use crate::testing::rehearsal::locks::declared::{DeclaredLocks, declared_locks};
use crate::testing::rehearsal::stage::Stage;
use crate::testing::rehearsal::story::filling::{Filling, Stopped};

/// Behind an undo.
const AGAIN: [&str; 3] = ["expand again", "migrate again", "background again"];

/// How a run ended.
pub(super) enum End {
    Done,
    /// A fill was stopped for the sample.
    Sampled,
    /// It failed, which is a problem that was noted.
    Failed,
}

/// What a release takes of each phase.
pub(super) fn declared(
    migration: &Migration,
    of: &[&'static Migration],
    phases: &[Phase],
) -> DeclaredLocks {
    let mut all = declared_locks(migration, phases, false);
    for other in of {
        for (table, mode) in declared_locks(other, &Phase::ALL, false) {
            let known = all.entry(table).or_insert(mode);
            *known = mode.max(*known);
        }
    }
    all
}

/// Runs `Expand`, `Migrate` and the background of a migration. `of` are those whose switch or contract it
/// declares.
pub(super) async fn forth(
    stage: &mut Stage<'_>,
    history: &Migrations,
    migration: &'static Migration,
    (of, is_again): (&[&'static Migration], bool),
) -> Result<End, Error> {
    let mut changeover = stage.changeover(history).await?;
    let [expand, migrate, background] =
        if is_again { AGAIN } else { ["expand", "migrate", "background"] };
    let locks = declared(migration, &[], &[Phase::Expand, Phase::Migrate, Phase::Background]);
    let id = migration.id;
    if migration.steps(Phase::Expand).next().is_some() {
        let run = stage.phase(id, expand, locks.clone(), changeover.expand()).await?;
        match run {
            Err(error) if error.kind() == ErrorKind::ContractPending => {
                return after_a_contract(stage, history, migration, of).await;
            }
            outcome => match noted(stage, id, outcome)? {
                Some(_) => {}
                None => return Ok(End::Failed),
            },
        }
    }
    let filling = Filling::default();
    let builder =
        filling.watch(stage.builder(history), history, stage.setup.sample, &stage.setup.interrupt);
    let mut changeover = builder.connect(&stage.url).await?;
    let run = stage.phase(id, migrate, locks.clone(), changeover.migrate()).await?;
    let wal = stage.last().map_or(0, |phase| phase.wal);
    if let (Err(error), Some(stopped)) = (&run, filling.stopped(wal)) {
        note_report(&mut stage.found, error.report());
        note_sample(stage, &stopped);
        return Ok(End::Sampled);
    }
    if let Err(error) = &run
        && error.kind() == ErrorKind::ContractPending
    {
        return after_a_contract(stage, history, migration, of).await;
    }
    let Some(report) = noted(stage, id, run)? else { return Ok(End::Failed) };
    if report.background.iter().any(|left| left == id) {
        let run = stage.phase(id, background, locks, changeover.run_background()).await?;
        if noted(stage, id, run)?.is_none() {
            return Ok(End::Failed);
        }
    }
    Ok(End::Done)
}

/// It needs the contract of an earlier one, and so old builds gone.
async fn after_a_contract(
    stage: &mut Stage<'_>,
    history: &Migrations,
    migration: &'static Migration,
    of: &[&'static Migration],
) -> Result<End, Error> {
    stage.note(format!(
        "`{}` needs the contract of {} to have run: old builds leave before it",
        migration.id,
        migration.requires.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
    ));
    stage.leave(Age::Old).await;
    contract(stage, history, migration, of).await
}

/// Runs all that the migration declares, on our word that no old build lives.
pub(super) async fn contract(
    stage: &mut Stage<'_>,
    history: &Migrations,
    migration: &'static Migration,
    of: &[&'static Migration],
) -> Result<End, Error> {
    let mut changeover = stage.changeover(history).await?;
    let locks = declared(migration, of, &Phase::ALL);
    let run = stage.phase(migration.id, "contract", locks, changeover.contract()).await?;
    let is_done = noted(stage, migration.id, run)?.is_some();
    Ok(if is_done { End::Done } else { End::Failed })
}

/// Notes what a run did; none where it failed, other than by whoever stops the rehearsal.
pub(super) fn noted(
    stage: &mut Stage<'_>,
    id: &str,
    run: Result<Report, Error>,
) -> Result<Option<Report>, Error> {
    match run {
        Ok(report) => {
            note_report(&mut stage.found, &report);
            Ok(Some(report))
        }
        Err(error) if error.kind() == ErrorKind::Interrupted => {
            note_report(&mut stage.found, error.report());
            Err(error)
        }
        Err(error) => {
            note_report(&mut stage.found, error.report());
            let mut what = error.in_full();
            if error.is_gate_held() {
                what = format!("{what}\n{}", error.report());
            }
            let help = "the run that is to come would stop here, too";
            stage.problem(ProblemKind::Run, id, (what, help));
            Ok(None)
        }
    }
}

/// Notes the steps that were foreseen.
pub(super) fn foresee(stage: &mut Stage<'_>, forecast: &Forecast, of: &[&str]) {
    let all = forecast.migrations.iter().filter(|one| of.contains(&one.id.as_str()));
    for (id, phase) in all.flat_map(|one| one.phases.iter().map(|phase| (&one.id, phase))) {
        for step in &phase.steps {
            let is_known = stage.found.steps.iter().any(|known| {
                known.migration == *id && known.phase == phase.phase && known.number == step.number
            });
            if !is_known {
                stage.found.steps.push(foreseen(id, phase.phase, step));
            }
        }
    }
}

fn foreseen(id: &str, phase: Phase, step: &StepForecast) -> RehearsedStep {
    let foreseen_most = match step.takes {
        Takes::Moment => Some(Duration::from_secs(1)),
        Takes::About { most, .. } => Some(most),
        _ => None,
    };
    RehearsedStep {
        migration: id.to_owned(),
        phase,
        number: step.number,
        change: format!("{}!({})", step.operation, step.subject),
        why: step.why,
        foreseen: step.takes.to_string(),
        foreseen_most,
        took: None,
        foreseen_rows: step.rows,
        rows: 0,
        extrapolated: None,
    }
}

/// Notes how long each step took, the first time that it ran.
pub(super) fn measure(stage: &mut Stage<'_>, timeline: &Timeline) {
    for step in &mut stage.found.steps {
        let of = timeline.migrations.iter().filter(|one| one.id == step.migration);
        let phase = step.phase.to_string();
        let mut its = of.flat_map(|one| &one.steps);
        let found = its.find(|one| one.phase == phase && one.number == step.number);
        if let (Some(found), None) = (found, step.took) {
            step.took = found.took;
            step.rows = found.rows;
        }
    }
}

fn note_sample(stage: &mut Stage<'_>, stopped: &Stopped) {
    let Stopped { migration, phase, step, extrapolated } = stopped;
    for known in &mut stage.found.steps {
        if known.migration == *migration && known.phase == *phase && known.number == *step {
            known.extrapolated = Some(*extrapolated);
        }
    }
}
