//! The life of a change under traffic, from the seed to the contract, in the order in which a
//! careful team would go through it.

use std::time::Duration;

use changeover::migration::Migration;

use crate::scenario::Scenario;
use crate::stage::{Build, Stage};
use crate::traffic::Slowest;
use crate::{Failure, catalog};

/// Far more than any scenario takes: only a deadlock or an endless wait gets here.
const LIMIT: Duration = Duration::from_secs(90);

/// Lives through the scenario; the name is the operation's.
pub async fn run(scenario: &Scenario, name: &str) -> Result<Slowest, Failure> {
    let mut stage = Stage::seeded(scenario, name).await?;
    let outcome = match tokio::time::timeout(LIMIT, story(&mut stage, scenario)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Failure::new(format!("not done after {LIMIT:?}"))),
    };
    outcome.map_err(|failure| failure.during(format!("{name}, {}", stage.phase())))?;
    stage.close().await.map_err(|failure| failure.during(name))
}

async fn story(stage: &mut Stage<'_>, scenario: &Scenario) -> Result<(), Failure> {
    let before = stage.catalog().await?;
    stage.arrive(Build::Old).await?;

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
    )
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

/// New builds wait for the end of `Migrate` before they serve (DESIGN §5).
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
async fn a_switch(stage: &mut Stage<'_>, switch: &Migration) -> Result<(), Failure> {
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
    stage.advance().await?;
    stage.verify(Build::New).await
}
