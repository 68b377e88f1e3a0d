//! Partitions come before they are needed and go when they are old, while clients write; whatever is in the
//! way is said, and nothing else is touched.
//!
//! Time goes on by what is there: a partition that is gone is one that is due, and old ones are as old as
//! their bounds say against the server's clock.

mod in_the_way;
mod squashed;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use changeover::{Check, Migrations, Report};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, connect, fail};

mod m0001_events {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key });
        create_table!(events {
            id: bigint not_null,
            at: timestamptz not_null default sql("now()"),
            note: text,
            customer_id: bigint references(customers.id),
            primary_key(id, at),
            index(customer_id),
            partition_by(range(at)),
        });
    }
}

mod m0002_keep {
    changeover::migration! {
        after super::m0001_events;
        keep_partitions!(events, monthly, ahead = 3);
    }
}

mod m0003_drop {
    changeover::migration! {
        after super::m0002_keep;
        keep_partitions!(events, monthly, ahead = 1, keep = "3 months", behind = drop);
    }
}

mod m0003_detach {
    changeover::migration! {
        after super::m0002_keep;
        keep_partitions!(events, monthly, ahead = 1, keep = "3 months", behind = detach);
    }
}

mod m0004_end {
    changeover::migration! {
        after super::m0003_drop;
        keep_partitions!(events, none);
    }
}

changeover::migrations! { static DROPPED = [m0001_events, m0002_keep, m0003_drop, m0004_end]; }
changeover::migrations! { static DETACHED = [m0001_events, m0002_keep, m0003_detach]; }

/// Six partitions of past months by hand; `events_old_4` to `events_old_6` ended three months ago and more.
const PAST: &str = "do $$
    declare this timestamp := date_trunc('month', now() at time zone 'UTC');
    begin
        for i in 1..6 loop
            execute format('create table events_old_%s partition of events for values from (%L) to (%L)',
                i, (this - i * interval '1 month') || '+00', (this - (i - 1) * interval '1 month') || '+00');
        end loop;
    end $$";

/// The partition of the third month from now, as the rule calls it.
const THIRD: &str =
    "'events_' || to_char(now() at time zone 'UTC' + interval '3 months', 'YYYY_MM')";

const BY_RULE: &str = "select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'events'::regclass and c.relname ~ '^events_[0-9]'";

const OLD: &str = "select count(*) from pg_class where relname ~ '^events_old_[0-9]$'";

const OLD_ATTACHED: &str =
    "select count(*) from pg_class where relname ~ '^events_old_[0-9]$' and relispartition";

fn until(history: &Migrations, id: &str) -> Result<Migrations, Failure> {
    history.until(id).ok_or_else(|| Failure::new(format!("no `{id}`")))
}

async fn run(fixture: &Fixture, history: &Migrations, id: &str) -> Result<Report, Failure> {
    Ok(fixture.runner(&until(history, id)?).await?.migrate().await?)
}

/// The partitions of the past, and a customer, in a database whose sessions write times in a style that
/// cannot be read back: India's zone is called as Israel's.
async fn seeded(name: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    let style = "do $$ begin
        execute format('alter database %I set datestyle = ''SQL, DMY''', current_database());
        execute format('alter database %I set timezone = ''Asia/Kolkata''', current_database());
    end $$";
    fixture.db.batch_execute(style).await?;
    run(&fixture, &DROPPED, "m0001_events").await?;
    let customer = "insert into customers default values";
    fixture.db.batch_execute(&format!("{customer}; {PAST}")).await?;
    Ok(fixture)
}

/// As if a month had begun: the last partition is not there yet.
async fn a_month_later(fixture: &Fixture) -> Result<(), Failure> {
    let drop = format!("do $$ begin execute 'drop table ' || ({THIRD}); end $$");
    Ok(fixture.db.batch_execute(&drop).await?)
}

async fn expect(fixture: &Fixture, query: &str, expected: i64) -> Result<(), Failure> {
    match fixture.count(query).await? {
        found if found == expected => Ok(()),
        found => fail!("{found} instead of {expected}: {query}"),
    }
}

/// The words of what is in the way of partitions.
fn in_the_way(report: &Report) -> String {
    let found = report.findings.iter().filter(|one| one.check == Check::Partition);
    found.map(|one| one.what.as_str()).collect::<Vec<_>>().join("\n")
}

fn expect_said(report: &Report, words: &[&str]) -> Result<(), Failure> {
    let said = in_the_way(report);
    let is_all = words.iter().all(|word| said.contains(word));
    if !is_all || said.lines().count() != words.len() {
        fail!("not {words:?} is said, but:\n{said}\n{report}");
    }
    Ok(())
}

/// Writes rows of just now and of some that are old, until it is told to stop; each has to find room.
async fn write(url: String, stop: Arc<AtomicBool>) -> Result<i64, Failure> {
    let client = connect(&url, "writer").await?;
    let mut count = 0;
    while !stop.load(Ordering::Relaxed) {
        let insert = "insert into events (id, at, customer_id)
            values ($1::bigint, case when $1::bigint % 2 = 0 then now() else now() - interval '40 days' end, 1)";
        client.execute(insert, &[&count]).await?;
        count += 1;
    }
    Ok(count)
}

#[test]
fn partitions_come_while_clients_write_and_stay_there() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("kept").await?;
        let present = "do $$ begin execute format('create table by_hand partition of events for values from (%L) to (%L)',
            date_trunc('month', now() at time zone 'UTC') || '+00',
            date_trunc('month', now() at time zone 'UTC') + interval '1 month' || '+00'); end $$";
        fixture.db.batch_execute(present).await?;
        let stop = Arc::new(AtomicBool::new(false));
        let writer = tokio::spawn(write(fixture.url().to_owned(), stop.clone()));
        fixture.wait_until("select count(*) > 20 from events").await?;
        let history = until(&DROPPED, "m0002_keep")?;
        let report = run(&fixture, &DROPPED, "m0002_keep").await?;
        expect_said(&report, &[])?;
        // The present month has one of another name.
        expect(&fixture, BY_RULE, 3).await?;
        fixture
            .db
            .batch_execute("insert into events (id, at, customer_id) select -1, now() + interval '3 months', 1")
            .await?;
        let alike = format!(
            "select count(*) from pg_constraint k join pg_class c on c.oid = k.conrelid
             where c.relname = {THIRD} and k.contype in ('p', 'f')"
        );
        expect(&fixture, &alike, 2).await?;
        let mut runner = fixture.runner(&history).await?;
        let comparison = runner.check().await?;
        if !comparison.is_clean() || comparison.to_string().contains("events_") {
            fail!("what comes by the rule is a difference: {comparison}");
        }
        if !runner.status().await?.to_string().contains("monthly, ahead = 3): 3 ahead, until") {
            fail!("{}", runner.status().await?);
        }
        let report = runner.migrate().await?;
        if !report.partitions.is_empty() || !report.phases.is_empty() {
            fail!("there was nothing to do: {report}");
        }
        stop.store(true, Ordering::Relaxed);
        let written = writer.await.map_err(|error| Failure::new(error.to_string()))??;
        expect(&fixture, "select count(*) from events where id >= 0", written).await
    })
}

#[test]
fn whoever_comes_by_makes_what_is_due() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("kept_by").await?;
        let history = until(&DROPPED, "m0002_keep")?;
        run(&fixture, &DROPPED, "m0002_keep").await?;
        expect(&fixture, BY_RULE, 4).await?;
        // Two at once.
        a_month_later(&fixture).await?;
        let (mut one, mut other) =
            (fixture.runner(&history).await?, fixture.runner(&history).await?);
        let (one, other) = tokio::join!(one.migrate(), other.migrate());
        let made = one?.partitions.len() + other?.partitions.len();
        if made != 1 {
            fail!("{made} were made by two runs");
        }
        expect(&fixture, BY_RULE, 4).await?;
        // An instance that holds a lease.
        a_month_later(&fixture).await?;
        let instance = Fixture::leasing(&history).connect(fixture.url()).await?;
        let lease = instance.hold_lease().await?;
        fixture.wait_until(&format!("select to_regclass({THIRD}) is not null")).await?;
        lease.release().await;
        // A newer build ends it, and an older one that is still there leaves it ended.
        fixture.runner(&DROPPED).await?.migrate().await?;
        a_month_later(&fixture).await?;
        let report = run(&fixture, &DROPPED, "m0002_keep").await?;
        expect_said(&report, &[])?;
        expect(&fixture, BY_RULE, 3).await?;
        // The undo of the end puts the rule before it in force again.
        fixture.runner(&DROPPED).await?.undo_to("m0002_keep").await?;
        run(&fixture, &DROPPED, "m0002_keep").await?;
        expect(&fixture, BY_RULE, 4).await
    })
}

#[test]
fn what_is_old_goes_with_its_rows_or_as_a_table() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("kept_old").await?;
        run(&fixture, &DETACHED, "m0002_keep").await?;
        let rows = "insert into events (id, at, customer_id)
            select n, now() - n * interval '1 day', 1 from generate_series(0, 120) n";
        fixture.db.batch_execute(rows).await?;
        // Somebody has read what goes, in a transaction that is still open.
        let reader = connect(fixture.url(), "reader").await?;
        reader.batch_execute("begin; select count(*) from events").await?;
        let history = until(&DETACHED, "m0003_detach")?;
        let brief = Fixture::builder(&history).index_timeout(Duration::from_millis(100));
        let report = brief.connect(fixture.url()).await?.migrate().await?;
        expect_said(
            &report,
            &["events_old_6 could not be detached", "events_old_5", "events_old_4"],
        )?;
        reader.batch_execute("rollback").await?;
        let report = fixture.runner(&history).await?.migrate().await?;
        expect_said(&report, &[])?;
        expect(&fixture, OLD, 6).await?;
        expect(&fixture, OLD_ATTACHED, 3).await
    })
}

#[test]
fn a_drop_that_was_killed_is_ended_and_nothing_else_is_dropped() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("kept_drop").await?;
        run(&fixture, &DROPPED, "m0002_keep").await?;
        // As a run leaves it that was killed before the drop; and what only looks like that.
        let mark = "changeover: a partition of \"public\".\"events\" that is dropped once it is detached, of rows before";
        let killed = format!(
            "comment on table events_old_6 is '{mark} 2020-01-01 00:00:00';
             create table of_others (id bigint);
             comment on table of_others is '{mark} 9999-01-01 00:00:00'"
        );
        fixture.db.batch_execute(&killed).await?;
        fixture
            .db
            .batch_execute("alter table events detach partition events_old_6 concurrently")
            .await?;
        // A partition of other bounds is nobody's but its maker's.
        fixture.db.batch_execute("alter table events detach partition events_old_5").await?;
        let halves = "do $$ declare low timestamp := date_trunc('month', now() at time zone 'UTC') - interval '5 months';
            begin execute format('create table half partition of events for values from (%L) to (%L)',
            low || '+00', low + interval '10 days' || '+00'); end $$";
        fixture.db.batch_execute(halves).await?;
        run(&fixture, &DROPPED, "m0003_drop").await?;
        // `events_old_5` was detached by hand, so that it stays.
        let left = "select count(*) from pg_class where relname in
            ('of_others', 'half', 'events_old_1', 'events_old_2', 'events_old_3', 'events_old_5')";
        expect(&fixture, left, 6).await?;
        expect(&fixture, OLD, 4).await?;
        // Beside a default partition, in one transaction.
        fixture.db.batch_execute("create table rest partition of events default").await?;
        let again = "alter table events attach partition events_old_5 for values from";
        let again = format!(
            "do $$ declare low timestamp := date_trunc('month', now() at time zone 'UTC') - interval '5 months';
             begin drop table half; execute format('{again} (%L) to (%L)',
             low || '+00', low + interval '1 month' || '+00'); end $$"
        );
        fixture.db.batch_execute(&again).await?;
        let report = run(&fixture, &DROPPED, "m0003_drop").await?;
        expect_said(&report, &[])?;
        expect(&fixture, OLD, 3).await
    })
}
