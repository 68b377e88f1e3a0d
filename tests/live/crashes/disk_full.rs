//! The server's disk is full in the middle of things: the error says so, nothing is left half done,
//! and once there is room the next run ends as if there always had been.

use std::path::PathBuf;

use changeover::{Error, ErrorKind, Migrations};
use changeover_tests::sample::{INDEX_HISTORY, RENAME_HISTORY};
use changeover_tests::scene::Scene;
use changeover_tests::small_disk::SmallDisk;
use changeover_tests::{Client, Failure, block_on, catalog, chain, fail};

const ROWS: u32 = 100_000;
const INVALID: &str = "select count(*) from pg_index where not indisvalid";

/// A scene whose table and new indexes are on a small disk; the runner's own tables are not.
async fn on_a_small_disk() -> Result<Option<(Scene, SmallDisk)>, Failure> {
    let scene = Scene::new(ROWS, Client::of("users").writes("username")).await?;
    let files = "select current_setting('data_directory')";
    let files: String = scene.fixture.db.query_one(files, &[]).await?.get(0);
    let Some(disk) = SmallDisk::mount(&PathBuf::from(files), 40)? else { return Ok(None) };
    for sql in [
        &format!("create tablespace small location '{}'", disk.path().display()),
        "alter table users set tablespace small",
        "alter role current_user in database t_scene_0 set default_tablespace = 'small'",
    ] {
        scene.fixture.db.batch_execute(sql).await?;
    }
    Ok(Some((scene, disk)))
}

async fn expect_full(scene: &Scene, history: &Migrations) -> Result<(), Failure> {
    let mut runner = scene.fixture.runner(history).await?;
    let error: Error = match runner.migrate().await {
        Err(error) if error.kind() == ErrorKind::DiskFull => error,
        other => fail!("the disk is full, and yet: {other:?}"),
    };
    let said = chain(&error);
    let status = runner.status().await?.to_string();
    for words in ["the server's disk is full", "help: make room"] {
        if !said.contains(words) || !status.contains(words) {
            fail!("it does not say `{words}`: {said}\n{status}");
        }
    }
    Ok(())
}

#[test]
fn a_backfill_on_a_full_disk_goes_on_once_there_is_room() -> Result<(), Failure> {
    block_on(async {
        let Some((mut scene, disk)) = on_a_small_disk().await? else { return Ok(()) };
        let before = scene.fixture.catalog().await?;
        disk.fill(256)?;
        expect_full(&scene, &RENAME_HISTORY).await?;
        let filled = scene.fixture.count("select count(display_name) from users").await?;
        if filled == 0 || filled >= i64::from(ROWS) {
            fail!("{filled} rows were filled when the disk was full");
        }
        // Room is what an undo needs least of all.
        scene.fixture.runner(&RENAME_HISTORY).await?.undo("m0002_rename").await?;
        let undone = scene.fixture.catalog().await?;
        catalog::expect_equal(("before", &before), ("after the undo", &undone))?;

        disk.clear()?;
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
fn a_backfill_on_a_full_disk_resumes_where_it_was() -> Result<(), Failure> {
    block_on(async {
        let Some((mut scene, disk)) = on_a_small_disk().await? else { return Ok(()) };
        disk.fill(256)?;
        expect_full(&scene, &RENAME_HISTORY).await?;
        disk.clear()?;
        scene.fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        scene.clients.advance(10).await?;
        scene.clients.leave().await?;
        scene.traffic.verify(&scene.fixture.db, &scene.client).await?;
        scene.fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        scene.fixture.expect_model(&RENAME_HISTORY).await
    })
}

#[test]
fn an_index_that_finds_no_room_leaves_none_that_is_invalid() -> Result<(), Failure> {
    block_on(async {
        let Some((mut scene, disk)) = on_a_small_disk().await? else { return Ok(()) };
        let before = scene.fixture.catalog().await?;
        disk.fill(512)?;
        for _ in 0..2 {
            expect_full(&scene, &INDEX_HISTORY).await?;
            scene.expect_none(INVALID).await?;
        }
        scene.fixture.runner(&INDEX_HISTORY).await?.undo("m0002_index").await?;
        let undone = scene.fixture.catalog().await?;
        catalog::expect_equal(("before", &before), ("after the undo", &undone))?;

        disk.clear()?;
        scene.fixture.runner(&INDEX_HISTORY).await?.migrate().await?;
        scene.clients.advance(10).await?;
        scene.clients.leave().await?;
        scene.traffic.verify(&scene.fixture.db, &scene.client).await?;
        scene.fixture.expect_model(&INDEX_HISTORY).await
    })
}
