//! The server crashes and starts again in the middle of things: the next run ends as if it had not.

use changeover::Migrations;
use changeover_tests::sample::{INDEX_HISTORY, RENAME_HISTORY, SWITCH_HISTORY};
use changeover_tests::scene::{Scene, expect_lost};
use changeover_tests::{Client, Failure, block_on, fail};

const ROWS: u32 = 100_000;
const DIFFERING: &str = "select count(*) from users where display_name is distinct from username";
const INVALID: &str = "select count(*) from pg_index where not indisvalid";

/// Holds the runner in the middle of the transaction of its n-th statement of DDL, from now on.
///
/// It sleeps rather than waits for a lock, because it has to hold still under `lock_timeout` too.
const STOP: &str = "
    create schema changeover_harness;
    create sequence changeover_harness.ddl;
    create table changeover_harness.stop (at bigint not null);
    insert into changeover_harness.stop values (0);
    create function changeover_harness.stop() returns event_trigger language plpgsql as $$
    begin
        if current_setting('application_name') like 'changeover%'
            and nextval('changeover_harness.ddl') = (select at from changeover_harness.stop)
        then
            perform pg_sleep(4);
        end if;
    end $$;
    create event trigger changeover_stop on ddl_command_end
        execute function changeover_harness.stop();
    create event trigger changeover_stop_drop on sql_drop
        execute function changeover_harness.stop();";

const STOPPED: &str = "select exists (select from pg_stat_activity
    where wait_event = 'PgSleep' and application_name like 'changeover%')";

/// Batches do not wait for the disk, so the crash takes some of them: the cursor goes with the rows.
#[test]
fn a_crash_in_a_backfill_takes_the_cursor_with_the_rows() -> Result<(), Failure> {
    block_on(async {
        let mut scene = Scene::new(ROWS, Client::of("users").writes("username")).await?;
        for filled in [1, 20_000, 60_000] {
            if filled == 20_000 {
                let workers = ["workers=3".parse()?];
                scene.fixture.runner(&RENAME_HISTORY).await?.set(&workers).await?;
            }
            let run = scene.migrate_until(&RENAME_HISTORY, filled).await?;
            scene.restart().await?;
            expect_lost(run).await?;
        }
        scene.fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        scene.expect_none(DIFFERING).await?;
        scene.verify().await?;
        scene.clients.leave().await?;
        scene.fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        scene.fixture.expect_model(&RENAME_HISTORY).await
    })
}

#[test]
fn a_crash_in_an_index_build_leaves_no_invalid_index_for_long() -> Result<(), Failure> {
    block_on(async {
        let mut scene = Scene::new(2_000, Client::of("users").writes("username")).await?;
        for _ in 0..3 {
            let _reader = scene.fixture.reader("old-snapshot").await?;
            let run = scene.contract(&INDEX_HISTORY).await?;
            let waiting = "select exists (select from pg_stat_activity
                where query ilike '%index concurrently%' and wait_event_type = 'Lock')";
            scene.fixture.wait_until(waiting).await?;
            scene.restart().await?;
            expect_lost(run).await?;
            if scene.fixture.count(INVALID).await? != 1 {
                fail!("the crash left no invalid index");
            }
        }
        scene.fixture.runner(&INDEX_HISTORY).await?.contract().await?;
        scene.expect_none(INVALID).await?;
        scene.verify().await?;
        scene.clients.leave().await?;
        scene.fixture.expect_model(&INDEX_HISTORY).await
    })
}

#[test]
fn a_crash_in_any_statement_up_to_a_contract_costs_nothing() -> Result<(), Failure> {
    block_on(crash_in_every_statement(&RENAME_HISTORY, "display_name", 11))
}

#[test]
fn a_crash_in_any_statement_of_a_switch_costs_nothing() -> Result<(), Failure> {
    block_on(crash_in_every_statement(&SWITCH_HISTORY, "username", 9))
}

/// Each crash is one statement after the one before; validation, switch and contract are among
/// them. Clients use a column that nothing happens to, because the others come and go.
async fn crash_in_every_statement(
    history: &Migrations,
    column: &str,
    least: u32,
) -> Result<(), Failure> {
    let mut scene = Scene::new(500, Client::of("users").writes("note").only_updates()).await?;
    scene.fixture.db.batch_execute(STOP).await?;
    let (mut crashes, mut at, mut done) = (0, 1, 0);
    while let Some(now_done) = crash_at(&mut scene, history, at).await? {
        crashes += 1;
        at = if now_done == done { at + 1 } else { 2 };
        done = now_done;
    }
    if crashes < least {
        fail!("only {crashes} crashes");
    }
    let lost = format!("select count(*) from users where {column} is distinct from 'u' || id");
    scene.expect_none(&lost).await?;
    scene.verify().await?;
    scene.clients.leave().await?;
    scene.fixture.expect_model(history).await
}

/// Crashes the server in a statement of what is left of a history, and tells how many steps are
/// done; none where the run ended before.
async fn crash_at(
    scene: &mut Scene,
    history: &Migrations,
    at: u32,
) -> Result<Option<i64>, Failure> {
    let arm = format!(
        "update changeover_harness.stop set at = {at};
         select setval('changeover_harness.ddl', 1, false)"
    );
    scene.fixture.db.batch_execute(&arm).await?;
    let mut run = scene.contract(history).await?;
    tokio::select! {
        stopped = scene.fixture.wait_until(STOPPED) => stopped?,
        done = &mut run => {
            done.map_err(|error| Failure::new(error.to_string()))??;
            return Ok(None);
        }
    }
    scene.restart().await?;
    expect_lost(run).await?;
    let done = "select count(*) from changeover.steps where state = 'done'";
    scene.fixture.count(done).await.map(Some)
}
