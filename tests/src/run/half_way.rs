//! What is given up after a kill is taken back from there, and what is being taken back is done
//! again from there.

use super::nothing_left_behind;
use crate::Failure;
use crate::scenario::Scenario;
use crate::stage::{Build, Once, Stage};

/// The whole of it for one scenario.
pub(super) async fn there_and_back(
    stage: &mut Stage<'_>,
    scenario: &Scenario,
) -> Result<(), Failure> {
    let before = stage.catalog().await?;
    stage.arrive(Build::Old).await?;
    match scenario.switch() {
        Some(_) => switches(stage, scenario, &before).await,
        None => releases(stage, &before).await,
    }
}

/// Each at every boundary, one after the other, or each once at random.
pub(super) async fn releases(stage: &mut Stage<'_>, before: &str) -> Result<(), Failure> {
    stage.spare(stage.has_boundaries());
    for report in stage.turns() {
        let done = stage.begin_release(Once { report }).await?;
        stage.undo().await?;
        nothing_left_behind(stage, before).await?;
        if done {
            break;
        }
    }
    for report in stage.turns() {
        stage.release().await?;
        let done = stage.begin_undo(Once { report }).await?;
        stage.release().await?;
        stage.expect_equal_shapes().await?;
        stage.verify(Build::Old).await?;
        stage.undo().await?;
        nothing_left_behind(stage, before).await?;
        if done {
            break;
        }
    }
    stage.spare(false);
    Ok(())
}

/// The same with a switch. No old build is at work, for there is one name for both shapes.
pub(super) async fn switches(
    stage: &mut Stage<'_>,
    scenario: &Scenario,
    before: &str,
) -> Result<(), Failure> {
    let Some(switch) = scenario.switch() else { return Ok(()) };
    stage.spare(stage.has_boundaries());
    stage.release().await?;
    stage.leave(Build::Old).await?;
    for report in stage.turns() {
        let done = stage.begin_switch(switch, Once { report }).await?;
        stage.switch_back(switch).await?;
        stage.expect_equal_shapes().await?;
        if done {
            break;
        }
    }
    for report in stage.turns() {
        stage.switch(switch).await?;
        let done = stage.begin_switch_back(switch, Once { report }).await?;
        stage.switch(switch).await?;
        stage.expect_equal_after_switch().await?;
        stage.switch_back(switch).await?;
        stage.expect_equal_shapes().await?;
        if done {
            break;
        }
    }
    stage.arrive(Build::Old).await?;
    stage.undo().await?;
    stage.spare(false);
    nothing_left_behind(stage, before).await
}
