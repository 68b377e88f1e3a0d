//! What else of the server holds a backfill back: slots, WAL, vacuums, commits; and that it rests.

use std::time::Duration;

use changeover::testing::Server;
use changeover::{Builder, Limit};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, fail};

use super::under_way::{ROWS, Run, expect_filled, expect_standstill, rename, stopped_and_resumed};

/// What holds from the start holds few rows as well as many.
const FEW: u32 = 1_000;

/// Enough for a vacuum to be at it for half a minute, where it sleeps at each page.
const SLOWLY_VACUUMED: u32 = 50_000;

/// Changes settings of the whole server, which takes them up when it reads its files again.
async fn alter_system(fixture: &Fixture, settings: &[&str]) -> Result<(), Failure> {
    for setting in settings {
        fixture.db.batch_execute(&format!("alter system set {setting}")).await?;
    }
    Ok(fixture.db.batch_execute("select pg_reload_conf()").await?)
}

#[test]
fn a_slot_that_nobody_reads_holds_a_backfill() -> Result<(), Failure> {
    block_on(async {
        let mut server = Server::start_own().await?;
        let mut fixture = Fixture::on(&server, "slots").await?.users(FEW).await?;
        alter_system(&fixture, &["wal_level = logical"]).await?;
        server.crash().await?;
        server.restart().await?;
        fixture.follow(&server).await?;
        let logical = "select pg_create_logical_replication_slot('reader', 'pgoutput')";
        fixture.db.batch_execute(logical).await?;

        let limited = rename().max_load(Limit::SlotBytes(0));
        let mut run = Run::start(&fixture, limited).await?;
        expect_standstill(&fixture, &mut run, "slot `reader` keeps").await?;
        // From the last checkpoint on, so that it is further behind.
        let physical = "select pg_create_physical_replication_slot('copy', true)";
        fixture.db.batch_execute(physical).await?;
        run.until_held("slot `copy` keeps").await?;
        for slot in ["reader", "copy"] {
            let drop = format!("select pg_drop_replication_slot('{slot}')");
            fixture.db.batch_execute(&drop).await?;
        }
        run.ended().await??;
        expect_filled(&fixture).await
    })
}

#[test]
fn a_slot_that_is_about_to_lose_its_wal_holds_a_backfill_until_it_has() -> Result<(), Failure> {
    block_on(async {
        let server = Server::start_own().await?;
        let fixture = Fixture::on(&server, "slot_room").await?.users(FEW).await?;
        alter_system(&fixture, &["max_slot_wal_keep_size = '4MB'"]).await?;
        let slot = "checkpoint; select pg_create_physical_replication_slot('copy', true)";
        fixture.db.batch_execute(slot).await?;
        let much = "select count(pg_logical_emit_message(false, 'much', repeat('x', 1 << 20)))
            from generate_series(1, 20)";
        fixture.db.batch_execute(much).await?;

        let limited = rename().max_load(Limit::UnreservedSlots(0));
        let mut run = Run::start(&fixture, limited).await?;
        run.until_held("1 slots are about to lose WAL, 0 allowed").await?;
        // What is lost is lost.
        fixture.db.batch_execute("checkpoint").await?;
        run.ended().await??;
        let lost = "select wal_status = 'lost' from pg_replication_slots";
        if !fixture.holds(lost).await? {
            fail!("it went on before the slot had lost its WAL");
        }
        expect_filled(&fixture).await
    })
}

#[test]
fn an_autovacuum_of_the_table_holds_its_backfill() -> Result<(), Failure> {
    block_on(async {
        let server = Server::start_own().await?;
        let fixture = Fixture::on(&server, "vacuum").await?;
        // One that begins before the table is set to be slow would be over too soon.
        alter_system(&fixture, &["autovacuum = off"]).await?;
        let fixture = fixture.users(SLOWLY_VACUUMED).await?;
        fixture.runner(&RENAME_HISTORY).await?.expand().await?;
        let slow = "alter table users set (autovacuum_vacuum_threshold = 0, \
            autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 100, \
            autovacuum_vacuum_cost_limit = 1); \
            update users set username = username || '!' where id % 100 = 0";
        fixture.db.batch_execute(slow).await?;
        alter_system(&fixture, &["autovacuum = on", "autovacuum_naptime = '1s'"]).await?;
        let at_work = "select count(*) > 0 from pg_stat_progress_vacuum p
            join pg_stat_activity a using (pid)
            where p.relid = 'users'::regclass and a.backend_type = 'autovacuum worker'";
        fixture.wait_until(at_work).await?;

        let limited = rename().max_load(Limit::Vacuums(0));
        let mut run = Run::start(&fixture, limited).await?;
        run.until_held("1 vacuums are at work on the table, 0 allowed").await?;
        alter_system(&fixture, &["autovacuum = off"]).await?;
        let end = "select pg_terminate_backend(pid) from pg_stat_progress_vacuum";
        fixture.db.batch_execute(end).await?;
        run.ended().await??;
        expect_filled(&fixture).await
    })
}

#[test]
fn too_much_wal_stops_a_backfill_and_the_next_run_goes_on() -> Result<(), Failure> {
    block_on(async {
        let server = Server::start_own().await?;
        let fixture = Fixture::on(&server, "wal_rate").await?.users(ROWS).await?;
        // What that writes is none of the backfill's.
        fixture.runner(&RENAME_HISTORY).await?.expand().await?;
        let limited = rename().critical_load(Limit::WalRate(1_000));
        let run = Run::start(&fixture, limited).await?;
        stopped_and_resumed(&fixture, run, "the load is critical: the server writes").await
    })
}

#[test]
fn commits_that_take_long_hold_a_backfill() -> Result<(), Failure> {
    block_on(async {
        let server = Server::start_own().await?;
        let fixture = Fixture::on(&server, "commits").await?.users(FEW).await?;
        // Each commit that waits for the disk sleeps before.
        let slow = ["fsync = on", "commit_siblings = 0", "commit_delay = 100000"];
        alter_system(&fixture, &slow).await?;
        let limited = rename().max_load(Limit::CommitTime(Duration::from_millis(80)));
        let mut run = Run::start(&fixture, limited).await?;
        expect_standstill(&fixture, &mut run, "a commit takes").await?;
        alter_system(&fixture, &["fsync = off", "commit_delay = 0"]).await?;
        run.ended().await??;
        expect_filled(&fixture).await
    })
}

#[test]
fn a_nice_backfill_rests() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("nice", 5_000).await?;
        let rested = |builder: Builder| async {
            let mut changeover = builder.connect(fixture.url()).await?;
            let report = changeover.migrate().await?;
            let rested: Duration = report.phases.iter().map(|phase| phase.rested).sum();
            changeover.undo_to("m0001_base").await?;
            Ok::<_, Failure>(rested)
        };
        let rested_by_default = rested(rename()).await?;
        let rested = rested(rename().nice(2.0)).await?;
        if rested.is_zero() || !rested_by_default.is_zero() {
            fail!("it rested for {rested:?}, and by default for {rested_by_default:?}");
        }
        Ok(())
    })
}
