//! A check and an adoption that are dropped at any of their awaits: nothing of what they build stays,
//! and the same `Changeover` goes on.

use changeover::Changeover;
use changeover::testing::Server;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, connect, fail};

use super::files::{HISTORY, THEIRS};
use crate::crashes::dropped::polled;

/// What a check builds, as others see it.
const BUILT: &str = "select count(*) from pg_namespace where nspname like 'changeover\\_scratch%'";

/// A session that is in the middle of a transaction.
const OPEN: &str = "select count(*) from pg_stat_activity where datname = current_database()
    and pid <> pg_backend_pid() and state like 'idle in%'";

/// A check has some hundred awaits, and each time there are two of it.
const STRIDE: usize = 13;

const ADOPTED: &str = "select count(*) from changeover.events where what = 'adopt'";

async fn clean_after(runner: &mut Changeover, polls: usize) -> Result<(), Failure> {
    let again = runner.check().await;
    let again = again.map_err(|error| Failure::from(error).during(format!("{polls} polls")))?;
    if !again.is_clean() || !again.undeclared.is_empty() || !again.unbuilt.is_empty() {
        fail!("after {polls} polls: {again}");
    }
    Ok(())
}

#[test]
fn a_check_that_is_dropped_leaves_nothing() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("dropped_check").await?;
        fixture.db.batch_execute(THEIRS).await?;
        let mut runner = fixture.runner(&HISTORY).await?;
        runner.migrate().await?;
        for polls in (0..).step_by(STRIDE) {
            let done = polled(runner.check(), polls).await.transpose()?;
            clean_after(&mut runner, polls).await?;
            if fixture.count(BUILT).await? + fixture.count(OPEN).await? != 0 {
                fail!("something is left after {polls} polls");
            }
            if done.is_some() {
                eprintln!("dropped after each of {polls} polls");
                return Ok(());
            }
        }
        Ok(())
    })
}

/// The other database's session is the caller's, and it, too, goes on.
#[test]
fn a_check_with_another_database_that_is_dropped_leaves_nothing() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("dropped_check_with").await?;
        fixture.db.batch_execute(THEIRS).await?;
        let other = Server::shared().await?.database("dropped_shadow").await?;
        let mut shadow = connect(other.url(), "shadow").await?;
        let mut runner = fixture.runner(&HISTORY).await?;
        runner.migrate().await?;
        for polls in (0..).step_by(STRIDE) {
            let done = polled(runner.check_with(&mut shadow), polls).await.transpose()?;
            let again = runner.check_with(&mut shadow).await;
            let again =
                again.map_err(|error| Failure::from(error).during(format!("{polls} polls")))?;
            let left: i64 = shadow.query_one(BUILT, &[]).await?.get(0);
            if !again.is_clean() || !again.unbuilt.is_empty() || left != 0 {
                fail!("after {polls} polls {left} schemas are left: {again}");
            }
            if done.is_some() {
                eprintln!("dropped after each of {polls} polls");
                return Ok(());
            }
        }
        Ok(())
    })
}

#[test]
fn an_adoption_that_is_dropped_is_gone_on_with() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("dropped_adoption").await?;
        fixture.db.batch_execute(THEIRS).await?;
        let mut runner = fixture.runner(&HISTORY).await?;
        for polls in (0..).step_by(STRIDE) {
            let forget = "drop schema if exists changeover cascade";
            fixture.db.batch_execute(forget).await?;
            let done = polled(runner.migrate(), polls).await.transpose()?;
            let again = runner.migrate().await;
            let again =
                again.map_err(|error| Failure::from(error).during(format!("{polls} polls")))?;
            if !again.phases.is_empty() || fixture.count(ADOPTED).await? != 3 {
                fail!("after {polls} polls it was not adopted once: {again}");
            }
            if fixture.count(BUILT).await? + fixture.count(OPEN).await? != 0 {
                fail!("something is left after {polls} polls");
            }
            if done.is_some() {
                eprintln!("dropped after each of {polls} polls");
                return clean_after(&mut runner, polls).await;
            }
        }
        Ok(())
    })
}
