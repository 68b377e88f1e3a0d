//! Runs that meet each other, or an earlier run of something else.

use changeover::ErrorKind;
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::{EDITED_HISTORY, RENAME_HISTORY};
use changeover_tests::{Failure, block_on, fail};

#[test]
fn two_runners_at_once_do_each_step_once() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("two_runners", 20_000).await?;
        let mut one = fixture.runner(&RENAME_HISTORY).await?;
        let mut other = fixture.runner(&RENAME_HISTORY).await?;
        let (one, other) = tokio::join!(one.migrate(), other.migrate());
        let (one, other) = (one?, other?);

        let steps = |report: &changeover::Report| -> usize {
            report.phases.iter().map(|phase| phase.steps).sum()
        };
        let all = RENAME_HISTORY.until("m0002_rename").map_or(0, |history| {
            let phases = [changeover::Phase::Expand, changeover::Phase::Migrate];
            let steps = |phase| history.migrations[1].steps(phase).count();
            phases.into_iter().map(steps).sum()
        });
        if steps(&one) + steps(&other) != all {
            fail!("{all} steps were done {} and {} times", steps(&one), steps(&other));
        }
        if fixture.count("select count(display_name) from users").await? != 20_000 {
            fail!("rows were not filled");
        }
        Ok(())
    })
}

#[test]
fn a_second_run_has_nothing_to_do() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("second_run", 100).await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        let again = fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        if again.phases.iter().any(|phase| phase.steps > 0) {
            fail!("the second run did something:\n{again}");
        }
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

#[test]
fn an_edited_plan_is_refused_with_the_difference() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("edited", 100).await?;
        fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        let outcome = fixture.runner(&EDITED_HISTORY).await?.migrate().await;
        let Err(error) = outcome else { fail!("an edited plan was taken") };
        let message = error.to_string();
        if error.kind() != ErrorKind::Edited || !message.contains("lower(username)") {
            fail!("the error does not show the edit: {message}");
        }
        Ok(())
    })
}
