//! Before a phase: what would make it fail or hurt, and whether it runs all the same.

mod blocker;
mod disk;
mod drift;
mod invalid_index;
mod old_horizon;
mod old_transaction;
mod replication;
mod touched;
mod wraparound;

use std::time::{Duration, Instant};

use self::touched::Touched;
use crate::error::{Error, Kind};
use crate::finding::{Check, Finding, Severity};
use crate::lock::Held;
use crate::migration::{Phase, Step};
use crate::settings::Settings;
use crate::stage::Stage;

/// Between two looks at what is waited for.
const EVERY: Duration = Duration::from_secs(1);

/// What a look goes by.
#[derive(Clone, Copy)]
struct Scene<'a> {
    touched: &'a Touched,
    settings: &'a Settings,
}

/// One thing to look for.
struct Look {
    check: Check,
    /// By itself, before the settings have their say.
    severity: fn(&Touched) -> Severity,
    /// A query with a row of one text for each finding; none where there is nothing to look for.
    sql: fn(Scene<'_>) -> Option<String>,
    effect: &'static str,
    help: &'static str,
}

const LOOKS: [Look; 10] = [
    wraparound::WRAPAROUND,
    drift::LOOK,
    wraparound::VACUUM,
    wraparound::FREEZE_AGE,
    old_transaction::LOOK,
    old_horizon::LOOK,
    replication::SLOT,
    replication::LAG,
    invalid_index::LOOK,
    blocker::LOOK,
];

/// A phase, and the steps of it that are still to be done.
#[derive(Clone)]
pub(crate) struct Ahead {
    pub(crate) migration: &'static str,
    pub(crate) phase: Phase,
    pub(crate) steps: Vec<&'static Step>,
}

/// Looks, waits for what passes, and stops where something is fatal. What was found is added to
/// `findings` in any case.
pub(crate) async fn clear(
    stage: &mut Stage<'_, '_>,
    ahead: &Ahead,
    findings: &mut Vec<Finding>,
) -> Result<(), Error> {
    let started = Instant::now();
    let mut known = Vec::new();
    let outcome = loop {
        let found = look(stage.held, stage.settings, ahead, &mut String::new()).await?;
        for finding in &found {
            if !known.contains(&finding.check) {
                tracing::warn!(check = ?finding.check, "{finding}");
                findings.push(finding.clone());
            }
        }
        known.extend(found.iter().map(|finding| finding.check));
        let is_over = started.elapsed() >= stage.settings.deadline;
        let least = if is_over { Severity::Wait } else { Severity::Fatal };
        let (fatal, rest): (Vec<Finding>, Vec<Finding>) =
            found.into_iter().partition(|finding| finding.severity >= least);
        if !fatal.is_empty() {
            break Err(Error::new(Kind::Preflight { findings: fatal }));
        }
        match rest.into_iter().find(|finding| finding.severity == Severity::Wait) {
            Some(finding) => stage.hold(finding.what).await,
            None => break Ok(()),
        }
        tokio::time::sleep(EVERY).await;
    };
    stage.let_go().await;
    outcome
}

/// Looks once. `earlier` is the text of what is going to run before, and gets what the phase
/// would run.
pub(crate) async fn look(
    held: &mut Held<'_>,
    settings: &Settings,
    ahead: &Ahead,
    earlier: &mut String,
) -> Result<Vec<Finding>, Error> {
    let touched = Touched::by(&ahead.steps, earlier);
    let scene = Scene { touched: &touched, settings };
    let mut found = by_queries(held, scene, ahead).await?;
    let drift = |found: &Finding| found.check == Check::Drift;
    if wanted(&drift::LOOK, scene) && !found.iter().any(drift) {
        let problems = drift::explain(held, &touched).await?;
        found.extend(problems.into_iter().map(|what| finding(&drift::LOOK, scene, ahead, what)));
    }
    if wanted(&disk::LOOK, scene)
        && let Some((what, by_itself)) = disk::look(held, scene).await?
    {
        let severity = settings.preflight.severity(Check::DiskSpace, by_itself);
        found.push(Finding { severity, ..finding(&disk::LOOK, scene, ahead, what) });
    }
    Ok(found)
}

/// All queries as one; one after the other where the server refuses that.
async fn by_queries(
    held: &mut Held<'_>,
    scene: Scene<'_>,
    ahead: &Ahead,
) -> Result<Vec<Finding>, Error> {
    let looks: Vec<(&Look, String)> = LOOKS
        .iter()
        .filter(|look| wanted(look, scene))
        .filter_map(|look| Some((look, (look.sql)(scene)?)))
        .collect();
    match ask(held, scene, ahead, &looks).await {
        Err(error) if error.code().is_some() => {}
        outcome => return outcome,
    }
    let mut found = Vec::new();
    for look in &looks {
        match ask(held, scene, ahead, std::slice::from_ref(look)).await {
            Ok(more) => found.extend(more),
            Err(error) if error.code().is_some() => {
                tracing::warn!(check = ?look.0.check, %error, "cannot look, and goes on");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

async fn ask(
    held: &mut Held<'_>,
    scene: Scene<'_>,
    ahead: &Ahead,
    looks: &[(&Look, String)],
) -> Result<Vec<Finding>, Error> {
    let queries = looks.iter().enumerate();
    let queries: Vec<String> = queries
        .map(|(number, (_, sql))| format!("select {number}, what from ({sql}) l (what)"))
        .collect();
    if queries.is_empty() {
        return Ok(Vec::new());
    }
    let rows = held.query(&queries.join(" union all ")).await?;
    let found = rows.iter().filter_map(|row| {
        let (look, _) = looks.get(row.get(0)?.parse::<usize>().ok()?)?;
        Some(finding(look, scene, ahead, row.get(1)?.to_owned()))
    });
    Ok(found.collect())
}

fn wanted(look: &Look, scene: Scene<'_>) -> bool {
    severity(look, scene) > Severity::Ignore
}

fn severity(look: &Look, scene: Scene<'_>) -> Severity {
    scene.settings.preflight.severity(look.check, (look.severity)(scene.touched))
}

fn finding(look: &Look, scene: Scene<'_>, ahead: &Ahead, what: String) -> Finding {
    Finding {
        check: look.check,
        severity: severity(look, scene),
        migration: ahead.migration.to_owned(),
        phase: ahead.phase,
        what,
        effect: look.effect,
        help: look.help,
    }
}
