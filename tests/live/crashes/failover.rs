//! The server is gone for good and a standby takes its place: what the runner remembers and what
//! it did come from the same log, so that they agree there too.

use changeover_tests::sample::{INDEX_HISTORY, RENAME_HISTORY};
use changeover_tests::scene::{Scene, expect_lost};
use changeover_tests::{Client, Failure, block_on};

fn old_build() -> Client {
    Client::of("users").writes("username")
}

#[test]
fn a_backfill_goes_on_where_the_standby_has_it() -> Result<(), Failure> {
    block_on(async {
        let mut scene = Scene::replicated(100_000, old_build()).await?;
        let run = scene.migrate_until(&RENAME_HISTORY, 30_000).await?;
        scene.fail_over().await?;
        expect_lost(run).await?;

        scene.fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        scene.clients.advance(10).await?;
        let differing = "select count(*) from users where display_name is distinct from username";
        scene.expect_none(differing).await?;
        scene.clients.leave().await?;
        scene.traffic.verify(&scene.fixture.db, &scene.client).await?;
        scene.fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        scene.fixture.expect_model(&RENAME_HISTORY).await
    })
}

#[test]
fn an_index_is_built_anew_where_the_standby_has_half_of_it() -> Result<(), Failure> {
    block_on(async {
        let mut scene = Scene::replicated(2_000, old_build()).await?;
        let _reader = scene.fixture.reader("old-snapshot").await?;
        let run = scene.contract(&INDEX_HISTORY).await?;
        let waiting = "select exists (select from pg_stat_activity
            where query ilike 'create index concurrently%' and wait_event_type = 'Lock')";
        scene.fixture.wait_until(waiting).await?;
        scene.fail_over().await?;
        expect_lost(run).await?;
        let invalid = "select count(*) from pg_index where not indisvalid";
        scene.expect_none(&format!("select 1 - ({invalid})")).await?;

        scene.fixture.runner(&INDEX_HISTORY).await?.migrate().await?;
        scene.expect_none(invalid).await?;
        scene.clients.advance(10).await?;
        scene.clients.leave().await?;
        scene.traffic.verify(&scene.fixture.db, &scene.client).await?;
        scene.fixture.expect_model(&INDEX_HISTORY).await
    })
}
