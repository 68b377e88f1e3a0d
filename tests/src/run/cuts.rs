//! A life for each statement of a run: the session is cut there, and a new one ends what it began.

use super::nothing_left_behind;
use crate::cuts::Fault;
use crate::scenario::Scenario;
use crate::stage::{Build, Stage};
use crate::{Failure, catalog};

pub(super) async fn story(
    stage: &mut Stage<'_>,
    scenario: &Scenario,
    at: impl Iterator<Item = (usize, Fault)>,
) -> Result<(), Failure> {
    let before = stage.catalog().await?;
    stage.arrive(Build::Old).await?;
    let mut released = None;
    for (statement, fault) in at {
        if let Some(cutter) = stage.cutter() {
            cutter.cut_at(statement, fault);
        }
        stage.release().await?;
        stage.expect_equal_shapes().await?;
        let catalog = stage.catalog().await?;
        let first = released.get_or_insert_with(|| catalog.clone());
        catalog::expect_equal(("released at first", first), ("released again", &catalog))?;
        there_and_back(stage, scenario).await?;
        stage.undo().await?;
        nothing_left_behind(stage, &before).await?;
        if stage.cutter().is_none_or(|cutter| cutter.is_past_the_end()) {
            break;
        }
    }
    Ok(())
}

/// The switch is the old builds' end, so that none is at work.
async fn there_and_back(stage: &mut Stage<'_>, scenario: &Scenario) -> Result<(), Failure> {
    let Some(switch) = scenario.switch() else { return Ok(()) };
    stage.leave(Build::Old).await?;
    stage.switch(switch).await?;
    stage.expect_equal_after_switch().await?;
    stage.switch_back(switch).await?;
    stage.arrive(Build::Old).await
}
