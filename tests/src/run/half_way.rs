//! What is given up after a kill is taken back from there, and what is being taken back is done
//! again from there.

use changeover::migration::Migration;

use super::nothing_left_behind;
use crate::Failure;
use crate::scenario::Scenario;
use crate::stage::{Build, Once, Stage};

/// Each at every boundary, one after the other, or each once at random.
pub(super) async fn there_and_back(
    stage: &mut Stage<'_>,
    scenario: &Scenario,
    before: &str,
) -> Result<(), Failure> {
    stage.spare(stage.has_boundaries());
    releases(stage, before).await?;
    if let Some(switch) = scenario.switch() {
        stage.release().await?;
        stage.leave(Build::Old).await?;
        switches(stage, switch).await?;
        stage.arrive(Build::Old).await?;
        stage.undo().await?;
        nothing_left_behind(stage, before).await?;
    }
    stage.spare(false);
    Ok(())
}

async fn releases(stage: &mut Stage<'_>, before: &str) -> Result<(), Failure> {
    for report in 0.. {
        let done = stage.begin_release(Once { report }).await?;
        stage.undo().await?;
        nothing_left_behind(stage, before).await?;
        if done || !stage.has_boundaries() {
            break;
        }
    }
    for report in 0.. {
        stage.release().await?;
        let done = stage.begin_undo(Once { report }).await?;
        stage.release().await?;
        stage.expect_equal_shapes().await?;
        stage.verify(Build::Old).await?;
        stage.undo().await?;
        nothing_left_behind(stage, before).await?;
        if done || !stage.has_boundaries() {
            break;
        }
    }
    Ok(())
}

/// No old build is at work, for there is one name for both shapes.
async fn switches(stage: &mut Stage<'_>, switch: &'static Migration) -> Result<(), Failure> {
    for report in 0.. {
        let done = stage.begin_switch(switch, Once { report }).await?;
        stage.switch_back(switch).await?;
        stage.expect_equal_shapes().await?;
        if done || !stage.has_boundaries() {
            break;
        }
    }
    for report in 0.. {
        stage.switch(switch).await?;
        let done = stage.begin_switch_back(switch, Once { report }).await?;
        stage.switch(switch).await?;
        stage.expect_equal_after_switch().await?;
        stage.switch_back(switch).await?;
        stage.expect_equal_shapes().await?;
        if done || !stage.has_boundaries() {
            break;
        }
    }
    Ok(())
}
