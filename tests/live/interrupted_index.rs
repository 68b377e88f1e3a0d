//! A concurrent index build that was interrupted leaves an invalid index; the next run mends it.

use changeover_tests::fixture::{Fixture, Process};
use changeover_tests::sample::INDEX_HISTORY;
use changeover_tests::{Failure, block_on, fail};

const BUILDERS: &str = "from pg_stat_activity
    where query ilike 'create%index concurrently%' and application_name like 'changeover%'
        and datname = current_database()";

#[test]
fn an_invalid_index_is_dropped_and_built_again() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("invalid_index", 2_000).await?;
        let reader = fixture.reader("old-snapshot").await?;
        let migrate = env!("CARGO_BIN_EXE_migrate");
        let process = Process::start(migrate, fixture.url(), "index", "migrate")?;
        let waiting = format!("select exists (select {BUILDERS} and wait_event_type = 'Lock')");
        fixture.wait_until(&waiting).await?;
        process.kill()?;
        fixture.db.execute(&format!("select pg_cancel_backend(pid) {BUILDERS}"), &[]).await?;
        fixture.wait_until(&format!("select not exists (select {BUILDERS})")).await?;
        let invalid = "select count(*) from pg_index where not indisvalid";
        if fixture.count(invalid).await? != 1 {
            fail!("the test made no invalid index");
        }
        reader.batch_execute("commit").await?;

        fixture.runner(&INDEX_HISTORY).await?.migrate().await?;
        fixture.expect_model(&INDEX_HISTORY).await
    })
}

#[test]
fn an_index_build_cancelled_by_an_operator_comes_through_in_the_end() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("cancelled_index", 2_000).await?;
        let reader = fixture.reader("old-snapshot").await?;
        let mut runner = fixture.runner(&INDEX_HISTORY).await?;
        let run = tokio::spawn(async move { runner.migrate().await });
        let waiting = format!("select exists (select {BUILDERS} and wait_event_type = 'Lock')");
        fixture.wait_until(&waiting).await?;
        fixture.db.execute(&format!("select pg_cancel_backend(pid) {BUILDERS}"), &[]).await?;
        reader.batch_execute("commit").await?;

        // Whether the first run tries again or gives up at an operator's word is its own affair.
        let outcome = run.await.map_err(|error| Failure::new(error.to_string()))?;
        if outcome.is_err() {
            fixture.runner(&INDEX_HISTORY).await?.migrate().await?;
        }
        fixture.expect_model(&INDEX_HISTORY).await
    })
}

#[test]
fn an_index_of_somebody_elses_is_never_taken_for_ours() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("taken_index", 10).await?;
        fixture.db.batch_execute("create index users_username_idx on users (note)").await?;
        // The second run must not think that the first began what is there.
        for _ in 0..2 {
            match fixture.runner(&INDEX_HISTORY).await?.migrate().await {
                Err(error) if error.is_name_taken() => {}
                other => fail!("the name is taken: {other:?}"),
            }
        }
        fixture.db.batch_execute("drop index users_username_idx").await?;
        fixture.runner(&INDEX_HISTORY).await?.migrate().await?;
        fixture.expect_model(&INDEX_HISTORY).await
    })
}
