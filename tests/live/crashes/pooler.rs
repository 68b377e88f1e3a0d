//! Through a pooler in transaction mode: it is noticed, nothing is left on the sessions that it
//! shares out, and a run does all that it does without.

use changeover::ErrorKind;
use changeover_tests::fixture::{Fixture, Process};
use changeover_tests::pooler::Pooler;
use changeover_tests::sample::{
    CONVERT_HISTORY, INDEX_HISTORY, PARTITIONED_HISTORY, RENAME_HISTORY,
};
use changeover_tests::{Failure, block_on, connect, fail};

const MIGRATE: &str = env!("CARGO_BIN_EXE_migrate");

/// Advisory locks, transactions that are open, and what a run sets.
const LEFT: &str = "
    select coalesce((select string_agg(concat_ws(' ', application_name, state, query), '; ')
        from pg_stat_activity where datname = current_database() and state like 'idle in%'), '')
    || coalesce((select string_agg(mode, '; ') from pg_locks where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())), '')";

const SET: &str = "
    select concat_ws(' ', current_setting('search_path'), current_setting('lock_timeout'),
        current_setting('row_security'), current_setting('synchronous_commit'),
        coalesce(current_setting('changeover.backfill', true), ''),
        coalesce(current_setting('changeover.backfill_xact', true), ''), pg_backend_pid())";

#[test]
fn a_run_through_a_pooler_does_all_and_leaves_nothing() -> Result<(), Failure> {
    block_on(async {
        for (name, history) in [
            ("pooled_rename", RENAME_HISTORY),
            ("pooled_index", INDEX_HISTORY),
            ("pooled_convert", CONVERT_HISTORY),
        ] {
            let fixture = Fixture::with_users(name, 5_000).await?;
            let Some(pooler) = Pooler::start(fixture.url(), 2).await? else { return Ok(()) };
            let before = settings(&pooler).await?;
            let mut runner = Fixture::builder(&history).connect(pooler.url()).await?;
            runner.contract().await.map_err(|error| Failure::from(error).during(name))?;
            expect_nothing_left(&fixture, &pooler, &before).await?;
            fixture.expect_model(&history).await?;
        }
        Ok(())
    })
}

/// With a single session each statement lands on the same process: that looks like a session of
/// one's own, and a lock on it would be everybody's.
#[test]
fn a_pool_of_one_session_is_refused_before_anything_is_written() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("pooled_one", 100).await?;
        let Some(pooler) = Pooler::start(fixture.url(), 1).await? else { return Ok(()) };
        let before = settings(&pooler).await?;
        let written = "select count(*) from changeover.runners r, changeover.steps s
                       where r.fence <> 0 and s.migration <> 'm0001_base'";
        let mut runner = Fixture::builder(&RENAME_HISTORY).connect(pooler.url()).await?;
        match runner.migrate().await {
            Err(error) if error.kind() == ErrorKind::Pooled => {}
            outcome => fail!("it was taken for a session of its own: {outcome:?}"),
        }
        if fixture.count(written).await? != 0 {
            fail!("something was written");
        }
        expect_nothing_left(&fixture, &pooler, &before).await
    })
}

/// Its session is anybody's: the lease lives by its renewal, and nothing is left behind.
#[test]
fn a_lease_through_a_pooler_holds_a_contract() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("pooled_lease", 100).await?;
        let Some(pooler) = Pooler::start(fixture.url(), 2).await? else { return Ok(()) };
        let Some(old) = RENAME_HISTORY.until("m0002_rename") else { fail!("no such migration") };
        Fixture::leasing(&old).connect(fixture.url()).await?.migrate().await?;
        let before = settings(&pooler).await?;
        let lease = Fixture::leasing(&old).connect(pooler.url()).await?.hold_lease().await?;
        fixture.wait_until("select bool_and(spoke_at > since) from changeover.instances").await?;
        let mut runner = Fixture::builder(&RENAME_HISTORY).connect(fixture.url()).await?;
        match runner.contract().await {
            Err(error) if error.is_gate_held() && error.to_string().contains(lease.instance()) => {}
            other => fail!("the lease held nothing: {other:?}"),
        }
        lease.release().await;
        expect_nothing_left(&fixture, &pooler, &before).await?;
        runner.contract().await?;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

#[test]
fn ten_runners_through_a_pooler_do_each_step_once() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("pooled_ten", 20_000).await?;
        let Some(pooler) = Pooler::start(fixture.url(), 4).await? else { return Ok(()) };
        ten(&fixture, pooler.url()).await
    })
}

#[test]
fn ten_runners_do_each_step_once() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("ten", 20_000).await?;
        ten(&fixture, fixture.url()).await
    })
}

async fn ten(fixture: &Fixture, url: &str) -> Result<(), Failure> {
    let mut processes = Vec::new();
    for _ in 0..10 {
        processes.push(Process::start(MIGRATE, url, "rename", "migrate")?);
    }
    for process in processes {
        if let Some(said) = process.outcome()? {
            fail!("a runner failed: {said}");
        }
    }
    let twice = "select count(*) from changeover.steps
                 where state <> 'done' and phase in ('expand', 'migrate') or attempts > 1";
    if fixture.count(twice).await? != 0 {
        fail!("a step was not done, or more than once");
    }
    let counted = "select sum(rows)::bigint from changeover.steps";
    match fixture.count(counted).await? {
        20_000 => Ok(()),
        rows => fail!("{rows} rows were filled of 20000"),
    }
}

#[test]
fn when_the_first_of_ten_is_killed_another_goes_on() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("killed_ten", 50_000).await?;
        killed(&fixture, fixture.url()).await
    })
}

#[test]
fn when_the_first_of_ten_is_killed_behind_a_pooler_another_goes_on() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("pooled_killed_ten", 50_000).await?;
        let Some(pooler) = Pooler::start(fixture.url(), 4).await? else { return Ok(()) };
        killed(&fixture, pooler.url()).await
    })
}

/// The first has the lock by the time that the others start.
async fn killed(fixture: &Fixture, url: &str) -> Result<(), Failure> {
    let mut first = Process::start(MIGRATE, url, "rename", "migrate")?;
    while first.next_rows().is_some_and(|rows| rows < 1_000) {}
    let mut others = Vec::new();
    for _ in 0..9 {
        others.push(Process::start(MIGRATE, url, "rename", "migrate")?);
    }
    first.kill()?;
    for process in others {
        if let Some(said) = process.outcome()? {
            fail!("a runner failed: {said}");
        }
    }
    let often = "select count(*) from changeover.steps
                 where state <> 'done' and phase in ('expand', 'migrate') or attempts > 2";
    let filled = "select sum(rows)::bigint from changeover.steps";
    match (fixture.count(often).await?, fixture.count(filled).await?) {
        (0, 50_000) => Ok(()),
        (steps, rows) => fail!("{steps} steps were done too often or not, {rows} rows filled"),
    }
}

/// The transaction with the lock is open all the while, and nobody waits for it.
#[test]
fn partitions_go_through_a_pooler_too() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("pooled_partitions").await?;
        let Some(pooler) = Pooler::start(fixture.url(), 2).await? else { return Ok(()) };
        let history = PARTITIONED_HISTORY;
        Fixture::builder(&history).connect(pooler.url()).await?.contract().await?;
        fixture.expect_model(&history).await
    })
}

/// What each session that the pooler shares out has set.
pub(crate) async fn settings(pooler: &Pooler) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    let mut clients = Vec::new();
    // Transactions that are open at the same time have a session each.
    for _ in 0..8 {
        let client = connect(pooler.url(), "settings").await?;
        let one = async {
            client.batch_execute("begin").await?;
            client.simple_query(SET).await
        };
        let Ok(rows) = tokio::time::timeout(std::time::Duration::from_secs(1), one).await else {
            break;
        };
        let row = rows?.into_iter().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        let set = row.unwrap_or_default();
        found.push(set.rsplit_once(' ').map_or(String::new(), |(set, _)| set.to_owned()));
        clients.push(client);
    }
    found.sort();
    found.dedup();
    Ok(found)
}

pub(crate) async fn expect_nothing_left(
    fixture: &Fixture,
    pooler: &Pooler,
    before: &[String],
) -> Result<(), Failure> {
    fixture.wait_until(&format!("select ({LEFT}) = ''")).await?;
    let after = settings(pooler).await?;
    if after != before {
        fail!("the sessions had {before:?} and have {after:?}");
    }
    Ok(())
}
