//! Builds from before a squash that run what comes behind it, or find it run.

use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

use super::{after, again, at, before, until};

/// Whichever build runs the first migration behind it, the others take it for theirs.
#[test]
fn builds_from_before_go_on_running_behind_it() -> Result<(), Failure> {
    block_on(async {
        let fixture = at("squash_parent", "m0003_drop").await?;
        let builds = async |which: &str| {
            for history in [&before::HISTORY, &after::HISTORY] {
                let report = fixture.runner(&until(history, "m0004_years")?).await?.migrate().await;
                let report = report.map_err(|error| Failure::from(error).during(which))?;
                if !report.phases.is_empty() {
                    fail!("{which}: it ran twice: {report}");
                }
            }
            Ok(())
        };
        fixture.runner(&until(&after::HISTORY, "m0004_years")?).await?.migrate().await?;
        builds("as it is recorded").await?;
        // As it was recorded once.
        let parent = "update changeover.migrations set parent = 'm0003_baseline' \
                      where id = 'm0004_years'";
        fixture.db.batch_execute(parent).await?;
        fixture.runner(&until(&after::HISTORY, "m0004_years")?).await?.migrate().await?;
        builds("as it was recorded").await?;
        fixture.runner(&after::HISTORY).await?.contract().await?;
        for history in [&before::HISTORY, &after::HISTORY, &again::HISTORY] {
            fixture.runner(history).await?.contract().await?;
        }
        // Where nothing of what was squashed has ever run.
        let fresh = Fixture::new("squash_parent_fresh").await?;
        for _ in 0..2 {
            fresh.runner(&after::HISTORY).await?.contract().await?;
        }
        Ok(())
    })
}
