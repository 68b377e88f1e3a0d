//! The life of a change under traffic, from the seed to the contract, in the order in which a
//! careful team would go through it.

mod cuts;
mod half_way;

use std::time::Duration;

use changeover::migration::Migration;

use crate::cuts::{Cutter, Fault};
use crate::hand::Hand;
use crate::kills::{Killer, Tally};
use crate::scenario::Scenario;
use crate::stage::{Build, Stage};
use crate::traffic::Slowest;
use crate::{Failure, catalog, fail};

/// Far more than any scenario takes: only a deadlock or an endless wait gets here.
const LIMIT: Duration = Duration::from_secs(90);

/// The same where a runner is killed dozens of times.
const LIMIT_KILLED: Duration = Duration::from_mins(20);

/// Lives through the scenario; the name is the operation's.
pub async fn run(scenario: &Scenario, name: &str) -> Result<Slowest, Failure> {
    let mut stage = Stage::seeded(scenario, name, Hand::Steady).await?;
    lived(&mut stage, scenario, LIMIT).await.map_err(|failure| failure.during(name))?;
    stage.close().await.map_err(|failure| failure.during(name))
}

/// Lives through the scenario with runners that are killed; adds to the killer's tally.
pub async fn run_killed(
    scenario: &Scenario,
    name: &str,
    killer: &mut Killer,
) -> Result<(), Failure> {
    let mut stage = Stage::seeded(scenario, name, Hand::Killed(killer)).await?;
    let outcome = lived(&mut stage, scenario, LIMIT_KILLED).await;
    let tally = stage.tally();
    let outcome = match outcome {
        Ok(()) => stage.close().await.map(drop),
        Err(failure) => Err(failure),
    };
    killer.tally += tally;
    outcome
}

/// Lives through the ways back alone that begin half-way, and through those of a switch alone where
/// the scenario has one.
pub async fn run_half_way(
    scenario: &Scenario,
    name: &str,
    killer: &mut Killer,
) -> Result<(), Failure> {
    let mut stage = Stage::seeded(scenario, name, Hand::Killed(killer)).await?;
    let outcome = half_way::there_and_back(&mut stage, scenario).await;
    outcome.map_err(|failure| failure.during(format!("{name}, {}", stage.phase())))?;
    stage.close().await.map(drop)
}

/// Releases and takes back the scenario's change once for each of these statements, with sessions
/// that are cut there, until no run has that many.
pub async fn run_cut(
    scenario: &Scenario,
    name: &str,
    cutter: &mut Cutter,
    at: impl Iterator<Item = (usize, Fault)>,
) -> Result<Tally, Failure> {
    let mut stage = Stage::seeded(scenario, name, Hand::Cut(cutter)).await?;
    let outcome = tokio::time::timeout(LIMIT_KILLED, cuts::story(&mut stage, scenario, at)).await;
    let outcome = outcome.unwrap_or_else(|_| fail!("not done after {LIMIT_KILLED:?}"));
    outcome.map_err(|failure| failure.during(format!("{name}, {}", stage.phase())))?;
    let tally = stage.tally();
    stage.close().await.map(|_| tally)
}

async fn lived(stage: &mut Stage<'_>, scenario: &Scenario, limit: Duration) -> Result<(), Failure> {
    let outcome = match tokio::time::timeout(limit, story(stage, scenario)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Failure::new(format!("not done after {limit:?}"))),
    };
    outcome.map_err(|failure| failure.during(stage.phase()))
}

async fn story(stage: &mut Stage<'_>, scenario: &Scenario) -> Result<(), Failure> {
    let before = stage.catalog().await?;
    stage.arrive(Build::Old).await?;

    if stage.is_killing() && scenario.undoable {
        half_way::releases(stage, &before).await?;
        half_way::switches(stage, scenario, &before).await?;
    }
    if scenario.undoable {
        an_expansion_taken_back(stage, &before).await?;
    }
    if scenario.undoable && scenario.can_roll_back {
        a_release_rolled_back(stage, scenario, &before).await?;
    }
    a_release(stage).await?;
    if let Some(switch) = scenario.switch() {
        a_switch(stage, switch).await?;
    }
    if scenario.is_followed()? {
        the_contract(stage).await?;
    }

    catalog::expect_equal(
        ("the database", &stage.catalog().await?),
        ("the compiler's model", &stage.model().await?),
    )?;
    stage.expect_clean_check().await?;
    stage.expect_all_done().await
}

/// Undone before a single row was filled.
async fn an_expansion_taken_back(stage: &mut Stage<'_>, before: &str) -> Result<(), Failure> {
    stage.expand().await?;
    stage.arrive(Build::Dual).await?;
    stage.leave(Build::Dual).await?;
    stage.undo().await?;
    nothing_left_behind(stage, before).await
}

/// Undone after new builds served: whatever they wrote must be there for the old ones.
async fn a_release_rolled_back(
    stage: &mut Stage<'_>,
    scenario: &Scenario,
    before: &str,
) -> Result<(), Failure> {
    a_release(stage).await?;
    if let Some(switch) = scenario.switch() {
        a_switch(stage, switch).await?;
        stage.switch_back(switch).await?;
        stage.advance().await?;
        stage.verify(Build::New).await?;
        stage.arrive(Build::Old).await?;
        stage.expect_equal_shapes().await?;
        stage.verify(Build::Old).await?;
    }
    stage.leave(Build::New).await?;
    stage.leave(Build::Dual).await?;
    stage.undo().await?;
    nothing_left_behind(stage, before).await
}

async fn nothing_left_behind(stage: &mut Stage<'_>, before: &str) -> Result<(), Failure> {
    stage.advance().await?;
    stage.verify(Build::Old).await?;
    catalog::expect_equal(("before", before), ("after the undo", &stage.catalog().await?))
}

/// New builds wait for the end of `Migrate` before they serve.
async fn a_release(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.expand().await?;
    stage.arrive(Build::Dual).await?;
    stage.migrate().await?;
    stage.expect_equal_shapes().await?;
    stage.arrive(Build::New).await?;
    stage.advance().await?;
    stage.expect_equal_shapes().await?;
    stage.verify(Build::Old).await?;
    stage.verify(Build::New).await
}

/// At the switch no build is live that does not know either shape by the one name.
async fn a_switch(stage: &mut Stage<'_>, switch: &'static Migration) -> Result<(), Failure> {
    stage.leave(Build::Old).await?;
    stage.leave(Build::Dual).await?;
    stage.switch(switch).await?;
    stage.advance().await?;
    stage.expect_equal_after_switch().await?;
    stage.verify(Build::New).await
}

async fn the_contract(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.leave(Build::Old).await?;
    stage.leave(Build::Dual).await?;
    stage.finish().await?;
    stage.expect_gone().await?;
    stage.advance().await?;
    stage.verify(Build::New).await
}
