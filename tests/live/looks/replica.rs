//! Replicas: a backfill waits for those that are behind, and a preflight tells of what they keep.

use std::time::Duration;

use changeover::testing::Server;
use changeover::{Builder, Check, Limit, Threshold};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, connect, fail};
use tokio::sync::mpsc::unbounded_channel;

const ROWS: u32 = 300_000;

/// A server, its standby, and a session on each.
struct Pair {
    fixture: Fixture,
    on_standby: tokio_postgres::Client,
    _standby: Server,
    _server: Server,
}

impl Pair {
    async fn new(name: &str, rows: u32) -> Result<Pair, Failure> {
        let mut server = Server::start_own().await?;
        let mut fixture = Fixture::on(&server, name).await?.users(rows).await?;
        let standby = server.standby().await?;
        fixture.follow(&server).await?;
        let on_standby = connect(&standby.url("postgres"), "fixture").await?;
        fixture.db.batch_execute("create table replayed ()").await?;
        let replayed = "select count(*) = 1 from pg_stat_replication
            where replay_lsn = pg_current_wal_lsn()";
        fixture.wait_until(replayed).await?;
        Ok(Pair { fixture, on_standby, _standby: standby, _server: server })
    }

    async fn stop_replay(&self) -> Result<(), Failure> {
        self.on_standby.batch_execute("select pg_wal_replay_pause()").await?;
        // The pause is asked for, and then there.
        loop {
            let state = "select pg_get_wal_replay_pause_state() = 'paused'";
            if self.on_standby.query_one(state, &[]).await?.get(0) {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
    }

    async fn replay(&self) -> Result<(), Failure> {
        Ok(self.on_standby.batch_execute("select pg_wal_replay_resume()").await?)
    }
}

fn rename() -> Builder {
    Fixture::builder(&RENAME_HISTORY)
}

/// Asserts that a limit holds a backfill while the replica does not replay, and no longer.
async fn expect_held(name: &str, limit: Limit, says: &str) -> Result<(), Failure> {
    let pair = Pair::new(name, ROWS).await?;
    pair.stop_replay().await?;
    let (sender, mut reports) = unbounded_channel();
    let mut changeover = rename()
        .max_load(limit)
        .on_progress(move |progress| {
            if let Some(reason) = progress.held_by {
                // The test may have ended.
                let _ = sender.send((progress.rows, reason.to_owned()));
            }
        })
        .connect(pair.fixture.url())
        .await?;
    let run = tokio::spawn(async move { changeover.migrate().await });
    let mut held = Vec::new();
    while held.len() < 3 {
        match reports.recv().await {
            Some((rows, reason)) if reason.contains(says) => held.push(rows),
            Some((_, reason)) => fail!("it was held by something else: {reason}"),
            None => fail!("it was not held: {:?}", run.await),
        }
    }
    let filled = "select count(display_name) from users";
    let filled = pair.fixture.count(filled).await?;
    if held.first() != held.last() || filled == i64::from(ROWS) {
        fail!("it moved while it was held: {held:?}, and {filled} rows are filled");
    }
    pair.replay().await?;
    run.await.map_err(|error| Failure::new(error.to_string()))??;
    let differ = "select count(*) from users where display_name is distinct from username";
    match pair.fixture.count(differ).await? {
        0 => Ok(()),
        rows => fail!("{rows} rows are not filled"),
    }
}

#[test]
fn a_replica_that_is_behind_in_time_holds_a_backfill() -> Result<(), Failure> {
    let limit = Limit::ReplicaLag(Duration::from_millis(100));
    block_on(expect_held("replica_time", limit, "behind, 100ms allowed"))
}

#[test]
fn a_replica_that_is_behind_in_bytes_holds_a_backfill() -> Result<(), Failure> {
    let limit = Limit::ReplicaLagBytes(1 << 20);
    block_on(expect_held("replica_bytes", limit, "bytes behind, 1048576 allowed"))
}

#[test]
fn a_replica_that_is_ignored_holds_nothing() -> Result<(), Failure> {
    block_on(async {
        let pair = Pair::new("replica_ignored", 1_000).await?;
        pair.stop_replay().await?;
        pair.fixture.db.batch_execute("create table not_replayed ()").await?;
        let behind = "select coalesce(replay_lag > interval '100 ms', false)
            from pg_stat_replication";
        pair.fixture.wait_until(behind).await?;

        let builder = || {
            rename()
                .max_load(Limit::ReplicaLag(Duration::ZERO))
                .max_load(Limit::ReplicaLagBytes(0))
                .threshold(Threshold::ReplicaLag(Duration::from_millis(50)))
        };
        let mut changeover = builder().connect(pair.fixture.url()).await?;
        let findings = changeover.preflight().await?;
        let lag = findings.0.iter().find(|found| found.check == Check::ReplicaLag);
        if !lag.is_some_and(|found| found.what.contains("replica `walreceiver` is")) {
            fail!("the lag was not found:\n{findings}");
        }
        let ignoring = builder().ignore_replica("walreceiver");
        let mut changeover = ignoring.connect(pair.fixture.url()).await?;
        let report = changeover.migrate().await?;
        match report.findings.iter().find(|found| found.check == Check::ReplicaLag) {
            Some(found) => fail!("found although it is ignored: {found}"),
            None => Ok(()),
        }
    })
}

#[test]
fn what_a_replica_keeps_by_its_feedback_is_found() -> Result<(), Failure> {
    const BURN: &str = "create procedure burn() language plpgsql as $$
        begin
            for n in 1..100 loop
                perform pg_current_xact_id();
                commit;
            end loop;
        end $$";
    block_on(async {
        let pair = Pair::new("replica_feedback", 1_000).await?;
        for setting in ["hot_standby_feedback = on", "wal_receiver_status_interval = 1"] {
            pair.on_standby.batch_execute(&format!("alter system set {setting}")).await?;
        }
        pair.on_standby.batch_execute("select pg_reload_conf()").await?;
        let snapshot = "begin isolation level repeatable read; select 1";
        pair.on_standby.batch_execute(snapshot).await?;
        pair.fixture.db.batch_execute(BURN).await?;
        pair.fixture.db.batch_execute("call burn()").await?;
        let kept = "select coalesce(max(age(backend_xmin)), 0) > 50 from pg_stat_replication";
        pair.fixture.wait_until(kept).await?;

        let builder = rename().threshold(Threshold::HorizonAge(50));
        let findings = builder.connect(pair.fixture.url()).await?.preflight().await?;
        let horizon = findings.0.iter().find(|found| found.check == Check::OldHorizon);
        if !horizon.is_some_and(|found| found.what.contains("feedback of replica `walreceiver`")) {
            fail!("the feedback was not found:\n{findings}");
        }
        Ok(())
    })
}

#[test]
fn a_prepared_transaction_that_was_forgotten_is_found() -> Result<(), Failure> {
    block_on(async {
        let mut server = Server::start_own().await?;
        let mut fixture = Fixture::on(&server, "prepared").await?.users(10).await?;
        fixture.db.batch_execute("alter system set max_prepared_transactions = 2").await?;
        server.crash().await?;
        server.restart().await?;
        fixture.follow(&server).await?;
        fixture.db.batch_execute("begin; insert into users (username) values ('x')").await?;
        fixture.db.batch_execute("prepare transaction 'forgotten'").await?;
        let at_once = Threshold::TransactionAge(Duration::ZERO);
        let builder = rename().threshold(at_once);
        let findings = builder.connect(fixture.url()).await?.preflight().await?;
        let horizon = findings.0.iter().find(|found| found.check == Check::OldHorizon);
        let says = "prepared transaction `forgotten` of user postgres";
        if !horizon.is_some_and(|found| found.what.contains(says)) {
            fail!("the prepared transaction was not found:\n{findings}");
        }
        Ok(())
    })
}
