//! Before a phase: what would make it fail or hurt, and whether it runs all the same. It imports
//! `session` to `work`.

pub(crate) mod dependents;
pub(crate) mod doctor;
mod look;
mod server;
mod table;
pub(crate) mod verify;

use std::time::{Duration, Instant};

use self::look::{Look, Scene, finding, told, unseen, wanted};
use self::server::{
    blocker, disk, lock_table, old_horizon, old_transaction, replication, rights, wraparound,
};
use self::table::{
    column, deferrable, drift, inherited, invalid_index, moving, objects, report, row_shape,
    stranger, through_view,
};
use crate::lock::Locked;
use crate::outcome::comparison::Difference;
use crate::outcome::error::{Detail, Error};
use crate::outcome::finding::{Check, Finding, Severity};
use crate::session::sql::milliseconds;
use crate::settings::Settings;
use crate::work::step::context::StepContext;
use crate::work::touched::Earlier;
use crate::work::touched_by;

pub(crate) use self::look::Ahead;

/// Between two looks at what is waited for.
const EVERY: Duration = Duration::from_secs(1);

const LOOKS: [Look; 25] = [
    wraparound::WRAPAROUND,
    drift::LOOK,
    objects::MISSING,
    objects::TAKEN,
    rights::LOOK,
    wraparound::VACUUM,
    wraparound::FREEZE_AGE,
    old_transaction::LOOK,
    old_horizon::LOOK,
    replication::SLOT,
    replication::LAG,
    invalid_index::LOOK,
    blocker::LOOK,
    stranger::TRIGGER,
    stranger::SCHEMA,
    replication::IDENTITY,
    column::LOOK,
    row_shape::FULL,
    deferrable::LOOK,
    inherited::LOOK,
    moving::LOOK,
    lock_table::ROOM,
    lock_table::TIME,
    row_shape::FAILING,
    row_shape::TOUCHING,
];

/// Looks, waits for what passes, and stops where something is fatal. What was found is added to
/// `findings` in any case.
pub(crate) async fn clear(
    context: &mut StepContext<'_, '_>,
    ahead: &Ahead,
    findings: &mut Vec<Finding>,
) -> Result<(), Error> {
    let outcome = until_clear(context, ahead, findings).await;
    context.go_on().await;
    outcome
}

async fn until_clear(
    context: &mut StepContext<'_, '_>,
    ahead: &Ahead,
    findings: &mut Vec<Finding>,
) -> Result<(), Error> {
    let started = Instant::now();
    let mut known = Vec::new();
    loop {
        let found = look(context.session, context.settings, ahead, &mut Earlier::default()).await?;
        for finding in &found {
            let is_told = findings.iter().any(|earlier| earlier.same(finding));
            if !known.contains(&finding.check) && !is_told {
                tracing::warn!(check = ?finding.check, "{finding}");
                findings.push(finding.clone());
            }
        }
        known.extend(found.iter().map(|finding| finding.check));
        let is_over = started.elapsed() >= context.settings.deadline;
        let least = if is_over { Severity::Wait } else { Severity::Fatal };
        let (fatal, rest): (Vec<Finding>, Vec<Finding>) =
            found.into_iter().partition(|finding| finding.severity >= least);
        if !fatal.is_empty() {
            let differences = differences(context, ahead, &fatal).await;
            return Err(Error::new(Detail::Preflight { findings: fatal, differences }));
        }
        match rest.into_iter().find(|finding| finding.severity == Severity::Wait) {
            Some(finding) => context.wait_for(finding.what).await,
            None => return Ok(()),
        }
        context.settings.interrupt.sleep(EVERY).await?;
    }
}

/// Returns what has drifted, in the words of a check: it is asked for only where something has.
async fn differences(
    context: &mut StepContext<'_, '_>,
    ahead: &Ahead,
    fatal: &[Finding],
) -> Vec<Difference> {
    if !fatal.iter().any(|finding| finding.check == Check::Drift) {
        return Vec::new();
    }
    let mut touched = touched_by(&ahead.steps, &mut Earlier::default());
    objects::foresee(&mut touched, ahead);
    let timeout = milliseconds(context.settings.lock_timeout);
    let told = report::differences(context.session.reader(), &touched, &timeout).await;
    told.unwrap_or_else(|error| {
        tracing::warn!(%error, "cannot show what has drifted");
        Vec::new()
    })
}

/// Looks once. `earlier` is what is going to run before, and gets what the phase would run.
pub(crate) async fn look(
    session: &mut Locked<'_>,
    settings: &Settings,
    ahead: &Ahead,
    earlier: &mut Earlier,
) -> Result<Vec<Finding>, Error> {
    let mut touched = touched_by(&ahead.steps, earlier);
    touched.foresee(&ahead.later);
    objects::foresee(&mut touched, ahead);
    touched.copied = deferrable::copied(ahead.changes, &touched.columns);
    let scene = Scene { touched: &touched, settings };
    let mut found = by_queries(session, scene, ahead).await?;
    let drift = |found: &Finding| found.check == Check::Drift;
    if wanted(&drift::LOOK, scene) && !found.iter().any(drift) {
        let problems = drift::explain(session, &touched).await;
        found.extend(told(&drift::LOOK, scene, ahead, problems)?);
    }
    if wanted(&through_view::LOOK, scene) {
        let shapes = through_view::look(session, &touched).await;
        found.extend(told(&through_view::LOOK, scene, ahead, shapes)?);
    }
    if wanted(&disk::LOOK, scene)
        && let Some((what, by_itself)) = disk::look(session, scene).await?
    {
        let severity = settings.preflight.severity(Check::DiskSpace, by_itself);
        found.push(Finding { severity, ..finding(&disk::LOOK, scene, ahead, &what) });
    }
    Ok(found)
}

/// All queries as one; one after the other where the server refuses that.
async fn by_queries(
    session: &mut Locked<'_>,
    scene: Scene<'_>,
    ahead: &Ahead,
) -> Result<Vec<Finding>, Error> {
    let looks: Vec<(&Look, String)> = LOOKS
        .iter()
        .filter(|look| wanted(look, scene))
        .filter_map(|look| Some((look, (look.sql)(scene)?)))
        .collect();
    match ask(session, scene, ahead, &looks).await {
        Err(error) if error.code().is_some() => {}
        outcome => return outcome,
    }
    let mut found = Vec::new();
    for look in &looks {
        match ask(session, scene, ahead, std::slice::from_ref(look)).await {
            Ok(more) => found.extend(more),
            Err(error) => found.push(unseen(look.0, scene, ahead, error)?),
        }
    }
    Ok(found)
}

async fn ask(
    session: &mut Locked<'_>,
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
    let rows = session.query(&queries.join(" union all ")).await?;
    let found = rows.iter().filter_map(|row| {
        let (look, _) = looks.get(row.number::<usize>(0)?)?;
        Some(finding(look, scene, ahead, row.get(1)?))
    });
    Ok(found.collect())
}
