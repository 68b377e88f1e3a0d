//! What is found before a phase: it says who and what, and the phase runs, waits or does not begin.

use std::time::Duration;

use changeover::testing::Server;
use changeover::{
    Builder, Changeover, Check, Error, ErrorKind, Finding, Report, Severity, Threshold,
};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::{INDEX_HISTORY, RENAME_HISTORY};
use changeover_tests::{Failure, block_on, connect, fail};
use tokio::sync::mpsc::unbounded_channel;

const ROWS: u32 = 1_000;

fn rename() -> Builder {
    Fixture::builder(&RENAME_HISTORY)
}

async fn migrate(fixture: &Fixture, builder: Builder) -> Result<Result<Report, Error>, Failure> {
    Ok(builder.connect(fixture.url()).await?.migrate().await)
}

/// The one finding of its kind, which says all of this.
fn expect_found<'a>(
    findings: &'a [Finding],
    check: Check,
    severity: Severity,
    says: &[&str],
) -> Result<&'a Finding, Failure> {
    let Some(found) = findings.iter().find(|found| found.check == check) else {
        fail!("{check:?} was not found: {findings:#?}")
    };
    let silent: Vec<&&str> = says.iter().filter(|word| !found.what.contains(**word)).collect();
    if !silent.is_empty() || found.severity != severity {
        fail!("it does not say {silent:?}, or is not {severity:?}: {found:?}");
    }
    Ok(found)
}

fn expect_none(findings: &[Finding], check: Check) -> Result<(), Failure> {
    match findings.iter().find(|found| found.check == check) {
        Some(found) => fail!("found without reason: {found}"),
        None => Ok(()),
    }
}

/// Asserts that the phase did not begin, and why.
fn expect_refused(
    outcome: Result<Report, Error>,
    check: Check,
    says: &[&str],
) -> Result<(), Failure> {
    let Err(error) = outcome else { fail!("{check:?} did not stop the run") };
    let message = error.to_string();
    if error.kind() != ErrorKind::Preflight || !message.contains("help: ") {
        fail!("another error: {message}");
    }
    let findings = &error.report().findings;
    let severity = findings.iter().find(|found| found.check == check).map(|found| found.severity);
    expect_found(findings, check, severity.unwrap_or(Severity::Fatal), says).map(drop)
}

/// Runs while something is in the way, until a progress report says so; then `release`s it and
/// waits for the end.
async fn waits_for(
    builder: Builder,
    fixture: &Fixture,
    (what, says): (Goal, &[&str]),
    release: impl AsyncFnOnce(&mut Changeover) -> Result<(), Failure>,
) -> Result<Report, Failure> {
    let (sender, mut reports) = unbounded_channel();
    let mut changeover = builder
        .on_progress(move |progress| {
            if let Some(reason) = progress.held_by {
                // The test may have ended.
                let _ = sender.send(reason.to_owned());
            }
        })
        .connect(fixture.url())
        .await?;
    let run = tokio::spawn(async move {
        match what {
            Goal::Expand => changeover.expand().await,
            Goal::Migrate => changeover.migrate().await,
        }
    });
    loop {
        let Some(reason) = reports.recv().await else { fail!("it did not wait: {:?}", run.await) };
        if says.iter().all(|word| reason.contains(word)) {
            break;
        }
    }
    let mut other = fixture.runner(&RENAME_HISTORY).await?;
    release(&mut other).await?;
    Ok(run.await.map_err(|error| Failure::new(error.to_string()))??)
}

#[derive(Debug, Clone, Copy)]
enum Goal {
    Expand,
    Migrate,
}

/// A transaction with a snapshot that has touched no table.
async fn snapshot(fixture: &Fixture, name: &str) -> Result<tokio_postgres::Client, Failure> {
    let session = connect(fixture.url(), name).await?;
    session.batch_execute("begin isolation level repeatable read; select 1").await?;
    Ok(session)
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("preflight_clear", ROWS).await?;
        // Before PostgreSQL 15 it is open by itself.
        let builder = rename().preflight(Check::OpenSchema, Severity::Ignore);
        let mut changeover = builder.connect(fixture.url()).await?;
        let findings = changeover.preflight().await?;
        if !findings.0.is_empty() {
            fail!("found without reason:\n{findings}");
        }
        let report = changeover.contract().await?;
        if !report.findings.is_empty() {
            fail!("found without reason: {:#?}", report.findings);
        }
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

#[test]
fn an_old_transaction_is_waited_for_before_an_index_build() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("preflight_old", ROWS).await?;
        let session = snapshot(&fixture, "nightly-export").await?;
        let builder = || {
            let at_once = Threshold::TransactionAge(Duration::ZERO);
            Fixture::builder(&INDEX_HISTORY).threshold(at_once)
        };
        let short = builder().deadline(Duration::from_millis(1));
        let says = ["user postgres", "application `nightly-export`", "transaction open for"];
        expect_refused(migrate(&fixture, short).await?, Check::OldTransaction, &says)?;

        let never_built = "select not exists (select from pg_indexes where tablename = 'users'
            and indexname not like '%pkey')";
        let report = waits_for(builder(), &fixture, (Goal::Migrate, &says), async |_| {
            if !fixture.holds(never_built).await? {
                fail!("the build did not wait");
            }
            Ok(session.batch_execute("commit").await?)
        })
        .await?;
        expect_found(&report.findings, Check::OldTransaction, Severity::Wait, &says)?;
        fixture.expect_model(&INDEX_HISTORY).await
    })
}

#[test]
fn an_old_transaction_is_a_warning_before_a_backfill() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("preflight_old_fill", ROWS).await?;
        let _session = snapshot(&fixture, "nightly-export").await?;
        let idle = connect(fixture.url(), "forgotten").await?;
        idle.batch_execute("begin; select pg_current_xact_id()").await?;
        let migrated = RENAME_HISTORY.until("m0002_rename").ok_or(Failure::new("no rename"))?;
        let report = migrate(&fixture, Fixture::builder(&migrated)).await??;
        expect_none(&report.findings, Check::OldTransaction)?;
        fixture.runner(&migrated).await?.undo("m0002_rename").await?;

        let at_once = Threshold::TransactionAge(Duration::ZERO);
        let builder = rename().threshold(at_once);
        let report = migrate(&fixture, builder).await??;
        let says = ["application `nightly-export`"];
        expect_found(&report.findings, Check::OldTransaction, Severity::Warn, &says)?;
        let says = ["application `forgotten`, has written and is idle"];
        expect_found(&report.findings, Check::OldHorizon, Severity::Warn, &says)?;
        Ok(())
    })
}

#[test]
fn a_severity_of_the_users_own_is_kept_to() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("preflight_severity", ROWS).await?;
        let _session = snapshot(&fixture, "nightly-export").await?;
        let builder = |severity| {
            let at_once = Threshold::TransactionAge(Duration::ZERO);
            rename().threshold(at_once).preflight(Check::OldTransaction, severity)
        };
        let outcome = migrate(&fixture, builder(Severity::Fatal)).await?;
        expect_refused(outcome, Check::OldTransaction, &["nightly-export"])?;
        let status = fixture.runner(&RENAME_HISTORY).await?.status().await?.to_string();
        if !status.contains("nightly-export") {
            fail!("the status does not show why it stopped:\n{status}");
        }
        let report = migrate(&fixture, builder(Severity::Ignore)).await??;
        expect_none(&report.findings, Check::OldTransaction)
    })
}

#[test]
fn the_age_of_tables_and_databases_is_seen() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("preflight_age", ROWS).await?;
        let builder = rename().threshold(Threshold::WraparoundAge(0));
        let outcome = migrate(&fixture, builder).await?;
        expect_refused(outcome, Check::Wraparound, &["database", "transactions", "multixacts"])?;
        let added = "select count(*) from information_schema.columns
            where column_name = 'display_name'";
        if fixture.count(added).await? > 0 {
            fail!("the phase began");
        }
        let builder = rename().threshold(Threshold::FreezeAge(0));
        let report = migrate(&fixture, builder).await??;
        let says = ["the oldest row version of public.users is", "transactions old"];
        expect_found(&report.findings, Check::FreezeAge, Severity::Warn, &says)?;
        Ok(())
    })
}

#[test]
fn a_full_disk_is_seen_before_it_is_one() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("preflight_disk", ROWS).await?;
        let migrated = RENAME_HISTORY.until("m0002_rename").ok_or(Failure::new("no rename"))?;
        let rename = || Fixture::builder(&migrated);
        let outcome = migrate(&fixture, rename().free_disk(async || Some(1 << 10))).await?;
        expect_refused(outcome, Check::DiskSpace, &["the phase writes about", "0 MiB are free"])?;
        let report = migrate(&fixture, rename().free_disk(async || Some(1 << 40))).await??;
        expect_none(&report.findings, Check::DiskSpace)?;
        fixture.runner(&migrated).await?.undo("m0002_rename").await?;
        let report = migrate(&fixture, rename().threshold(Threshold::Growth(1))).await??;
        let says = ["the phase writes about"];
        expect_found(&report.findings, Check::DiskSpace, Severity::Warn, &says)?;
        Ok(())
    })
}

#[test]
fn a_slot_that_nobody_reads_is_named() -> Result<(), Failure> {
    block_on(async {
        let server = Server::start().await?;
        let fixture = Fixture::on(&server, "preflight_slot").await?.users(ROWS).await?;
        let slot = "select pg_create_physical_replication_slot('gone', true)";
        fixture.db.batch_execute(slot).await?;
        let report = migrate(&fixture, rename()).await??;
        fixture.db.batch_execute("select pg_drop_replication_slot('gone')").await?;
        let says = ["replication slot `gone` is inactive and keeps", "of WAL"];
        expect_found(&report.findings, Check::ReplicationSlot, Severity::Warn, &says)?;
        Ok(())
    })
}

#[test]
fn an_index_that_is_not_valid_is_named() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("preflight_invalid", ROWS).await?;
        let broken = "create index broken on users (note);
            update pg_index set indisvalid = false where indexrelid = 'broken'::regclass";
        fixture.db.batch_execute(broken).await?;
        let findings = fixture.runner(&RENAME_HISTORY).await?.preflight().await?.0;
        let says = ["index public.broken on public.users is not valid"];
        expect_found(&findings, Check::InvalidIndex, Severity::Warn, &says)?;
        let report = migrate(&fixture, rename()).await??;
        expect_found(&report.findings, Check::InvalidIndex, Severity::Warn, &says)?;
        Ok(())
    })
}

#[test]
fn who_is_in_the_way_is_seen_before_and_while_it_is_waited_for() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("preflight_blocker", ROWS).await?;
        let reader = fixture.reader("long-report").await?;
        let pid: i32 = reader.query_one("select pg_backend_pid()", &[]).await?.get(0);
        let pid = format!("pid {pid}, ");
        let builder = rename().threshold(Threshold::BlockerAge(Duration::ZERO));
        let says = [pid.as_str(), "user postgres", "`long-report`", "query begun"];
        let held = [&says[..], &["waits for", "holds AccessShareLock"]].concat();
        let report = waits_for(builder, &fixture, (Goal::Expand, &held), async |other| {
            let status = other.status().await?.to_string();
            if !held.iter().all(|word| status.contains(word)) {
                fail!("the status does not name it:\n{status}");
            }
            Ok(reader.batch_execute("commit").await?)
        })
        .await?;
        expect_found(&report.findings, Check::Blocker, Severity::Warn, &says)?;
        Ok(())
    })
}

#[test]
fn a_table_that_was_renamed_by_hand_stops_the_phase() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("preflight_table", ROWS).await?;
        fixture.db.batch_execute("alter table users rename to people").await?;
        let outcome = migrate(&fixture, rename()).await?;
        expect_refused(outcome, Check::Drift, &[r#""public"."users" does not exist"#])?;
        fixture.db.batch_execute("alter table people rename to users").await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

#[test]
fn a_table_that_became_a_view_stops_the_phase() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("preflight_view", ROWS).await?;
        fixture.runner(&RENAME_HISTORY).await?.expand().await?;
        let swap = "alter table users rename to people; create view users as select * from people";
        fixture.db.batch_execute(swap).await?;
        let outcome = migrate(&fixture, rename()).await?;
        expect_refused(outcome, Check::Drift, &["users is a view and cannot be filled"])?;
        let back = "drop view users; alter table people rename to users";
        fixture.db.batch_execute(back).await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

#[test]
fn a_column_that_is_gone_stops_the_phase() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("preflight_column", ROWS).await?;
        fixture.runner(&RENAME_HISTORY).await?.expand().await?;
        let rename_column = "alter table users rename column display_name to shown";
        fixture.db.batch_execute(rename_column).await?;
        let outcome = migrate(&fixture, rename()).await?;
        let says = ["the backfill of", "column \"display_name\"", "does not exist"];
        expect_refused(outcome, Check::Drift, &says)?;
        let back = "alter table users rename column shown to display_name";
        fixture.db.batch_execute(back).await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

/// A hundred thousand transactions make the server start such a vacuum by itself.
#[test]
fn a_vacuum_to_prevent_wraparound_is_waited_for() -> Result<(), Failure> {
    const BURN: &str = "create procedure burn() language plpgsql as $$
        begin
            for n in 1..100100 loop
                perform pg_current_xact_id();
                commit;
            end loop;
        end $$";
    const VACUUM: &str = "select exists (select from pg_stat_progress_vacuum v
        join pg_stat_activity a using (pid) where v.relid = 'users'::regclass
            and a.query like '%(to prevent wraparound)')";
    block_on(async {
        let server = Server::start().await?;
        let fixture = Fixture::on(&server, "preflight_vacuum").await?.users(20_000).await?;
        // Rows that are dead, on every page, cost it a page written; at one unit in a tenth of a
        // second it lasts until it is told not to.
        let slow = "alter table users set (autovacuum_freeze_max_age = 100000,
            autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)";
        fixture.db.batch_execute(slow).await?;
        for setting in ["autovacuum_naptime = '1s'", "autovacuum_work_mem = '1MB'"] {
            fixture.db.batch_execute(&format!("alter system set {setting}")).await?;
        }
        fixture.db.batch_execute("select pg_reload_conf()").await?;
        fixture.db.batch_execute(BURN).await?;
        fixture.db.batch_execute("call burn()").await?;
        fixture.wait_until(VACUUM).await?;

        let says = ["a vacuum of public.users to prevent wraparound, pid "];
        let report = waits_for(rename(), &fixture, (Goal::Expand, &says), async |_| {
            let off = "alter table users reset (autovacuum_freeze_max_age);
                select pg_terminate_backend(pid) from pg_stat_progress_vacuum
                where relid = 'users'::regclass";
            Ok(fixture.db.batch_execute(off).await?)
        })
        .await?;
        expect_found(&report.findings, Check::WraparoundVacuum, Severity::Wait, &says)?;
        Ok(())
    })
}
