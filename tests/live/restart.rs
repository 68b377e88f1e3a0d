//! The server crashes and starts again in the middle of things: the next run ends as if it had not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use changeover::testing::Server;
use changeover::{Changeover, Migrations};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::{INDEX_HISTORY, RENAME_HISTORY, SWITCH_HISTORY};
use changeover_tests::traffic::{Running, Traffic};
use changeover_tests::{Client, Failure, block_on, fail};
use tokio::task::JoinHandle;

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

/// A server of the test's own, a database in it, and clients at work that outlast it.
struct Scene {
    server: Server,
    fixture: Fixture,
    traffic: Arc<Traffic>,
    client: Client,
    clients: Running,
}

impl Scene {
    async fn new(rows: u32, client: Client) -> Result<Self, Failure> {
        let server = Server::start_own().await?;
        let fixture = Fixture::on(&server, "restart").await?.users(rows).await?;
        let traffic = fixture.traffic(&client).await?;
        traffic.outlast_the_server();
        let mut clients = traffic.start("build", &client).await?;
        clients.advance(5).await?;
        Ok(Scene { server, fixture, traffic, client, clients })
    }

    async fn restart(&mut self) -> Result<(), Failure> {
        self.server.crash().await?;
        self.server.restart().await?;
        self.fixture.follow(&self.server).await?;
        self.clients.advance(10).await
    }

    /// Every write that was acknowledged is there.
    async fn verify(&self) -> Result<(), Failure> {
        self.traffic.verify(&self.fixture.db, &self.client).await
    }
}

type Run = JoinHandle<Result<changeover::Report, changeover::Error>>;

fn contract(mut runner: Changeover) -> Run {
    tokio::spawn(async move { runner.contract().await })
}

/// A run that loses its server ends with an error that says so.
async fn expect_lost(run: Run) -> Result<(), Failure> {
    match run.await.map_err(|error| Failure::new(error.to_string()))? {
        Err(error) if error.is_sql() => Ok(()),
        Err(error) => fail!("another error: {error}"),
        Ok(_) => fail!("the run was done before the server went"),
    }
}

async fn expect_none(fixture: &Fixture, query: &str) -> Result<(), Failure> {
    match fixture.count(query).await? {
        0 => Ok(()),
        rows => fail!("{rows} rows: {query}"),
    }
}

/// Batches do not wait for the disk, so the crash takes some of them: the cursor goes with the rows.
#[test]
fn a_crash_in_a_backfill_takes_the_cursor_with_the_rows() -> Result<(), Failure> {
    block_on(async {
        let mut scene = Scene::new(ROWS, Client::of("users").writes("username")).await?;
        for filled in [1, 20_000, 60_000] {
            let rows = Arc::new(AtomicU64::new(0));
            let last = rows.clone();
            let mut runner = Fixture::builder(&RENAME_HISTORY)
                .on_progress(move |progress| {
                    last.fetch_max(progress.rows, Ordering::Relaxed);
                })
                .connect(scene.fixture.url())
                .await?;
            let run: Run = tokio::spawn(async move { runner.migrate().await });
            while rows.load(Ordering::Relaxed) < filled && !run.is_finished() {
                tokio::task::yield_now().await;
            }
            scene.restart().await?;
            expect_lost(run).await?;
        }
        scene.fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        expect_none(&scene.fixture, DIFFERING).await?;
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
            let run = contract(scene.fixture.runner(&INDEX_HISTORY).await?);
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
        expect_none(&scene.fixture, INVALID).await?;
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
    expect_none(&scene.fixture, &lost).await?;
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
    let mut run = contract(scene.fixture.runner(history).await?);
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
