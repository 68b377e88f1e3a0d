//! What is left to the background: nobody waits for it, whoever comes by goes on with it, and what
//! needs it comes after it.

use std::time::Duration;

use changeover::{Builder, Changeover, ErrorKind, Migrations, State};
use changeover_tests::fixture::Fixture;
use changeover_tests::logins::Logins;
use changeover_tests::{Failure, block_on, fail};
use tokio::sync::mpsc::unbounded_channel;

mod m0001_users {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            name: text not_null,
            email: text,
            label: text,
        });
    }
}

mod m0002_label {
    changeover::migration! {
        after super::m0001_users;
        add_column!(users.plan: text);
        backfill!(users.label = "lower(name)", where = "label is null", background);
        add_index!(users(email), background);
    }
}

mod m0003_other {
    changeover::migration! {
        after super::m0002_label;
        add_column!(users.other: text);
    }
}

mod m0004_needs {
    changeover::migration! {
        after super::m0003_other;
        drop_index!(users_email_idx);
    }
}

mod m0005_contract {
    changeover::migration! {
        after super::m0004_needs;
        contract!(m0002_label);
        contract!(m0004_needs);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_users, m0002_label, m0003_other, m0004_needs, m0005_contract];
}

const ROWS: u32 = 20_000;
const EMPTY: &str = "select count(*) from users where label is null";
const INDEXED: &str = "select to_regclass('public.users_email_idx') is not null";

fn until(id: &str) -> Result<Migrations, Failure> {
    HISTORY.until(id).ok_or_else(|| Failure::new(format!("no `{id}`")))
}

async fn runner(fixture: &Fixture, id: &str) -> Result<Changeover, Failure> {
    fixture.runner(&until(id)?).await
}

async fn seeded(name: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    runner(&fixture, "m0001_users").await?.migrate().await?;
    let seed = format!(
        "insert into users (name, email) select 'U' || n, n from generate_series(1, {ROWS}) n"
    );
    fixture.db.batch_execute(&seed).await?;
    Ok(fixture)
}

async fn state(changeover: &mut Changeover, id: &str) -> Result<State, Failure> {
    let status = changeover.status().await?;
    let known = status.migrations.iter().find(|one| one.id == id);
    known.map(|one| one.state).ok_or_else(|| Failure::new(format!("no `{id}`:\n{status}")))
}

async fn expect_left(fixture: &Fixture) -> Result<(), Failure> {
    if fixture.count(EMPTY).await? != i64::from(ROWS) || fixture.holds(INDEXED).await? {
        fail!("something was not left to the background");
    }
    Ok(())
}

async fn expect_done(fixture: &Fixture) -> Result<(), Failure> {
    if fixture.count(EMPTY).await? != 0 || !fixture.holds(INDEXED).await? {
        fail!("the background is not done");
    }
    Ok(())
}

/// Each batch waits for this table to be empty.
fn braked(history: &Migrations) -> Builder {
    Fixture::builder(history).throttle_query("select count(*) from brakes", 0)
}

async fn brake(fixture: &Fixture) -> Result<(), Failure> {
    let sql = "create table brakes (id int); insert into brakes values (1)";
    Ok(fixture.db.batch_execute(sql).await?)
}

/// What stands for the wish to have the lock that the runner has.
const WISH: &str =
    "select pg_advisory_lock_shared((classid::bigint + 1)::int, objid::bigint::bit(32)::int)
    from pg_locks where locktype = 'advisory' and classid = 1667788662 and mode = 'ExclusiveLock'
    and database = (select oid from pg_database where datname = current_database())";

#[test]
fn nobody_waits_for_it_and_the_next_run_does_it() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("background").await?;
        let mut changeover = runner(&fixture, "m0002_label").await?;
        let report = changeover.migrate().await?;
        expect_left(&fixture).await?;
        changeover.ready(Duration::ZERO).await?;
        let status = changeover.status().await?.to_string();
        if report.background != ["m0002_label"] || !status.contains("goes on in the background") {
            fail!("{report}{status}");
        }
        // A later one that needs nothing of it does not wait for it either, and comes before it.
        let mut later = runner(&fixture, "m0003_other").await?;
        let report = later.migrate().await?;
        expect_done(&fixture).await?;
        let order: Vec<String> =
            report.phases.iter().map(|one| format!("{} {}", one.migration, one.phase)).collect();
        if order != ["m0003_other expand", "m0002_label background"] {
            fail!("{order:?}");
        }
        if state(&mut later, "m0002_label").await? != State::Completed {
            fail!("{}", later.status().await?);
        }
        match later.migrate().await?.phases.as_slice() {
            [] => Ok(()),
            more => fail!("there was something left: {more:?}"),
        }
    })
}

#[test]
fn what_needs_it_comes_after_it() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("background_needed").await?;
        runner(&fixture, "m0003_other").await?.migrate().await?;
        expect_left(&fixture).await?;
        let report = runner(&fixture, "m0004_needs").await?.expand().await?;
        expect_done(&fixture).await?;
        match report.phases.first() {
            Some(one) if one.phase == changeover::Phase::Background => Ok(()),
            other => fail!("{other:?}"),
        }
    })
}

#[test]
fn its_contract_waits_for_it() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("background_contract").await?;
        runner(&fixture, "m0003_other").await?.migrate().await?;
        let soaked = Fixture::builder(&HISTORY).gate(changeover::Gate::Soak(Duration::ZERO));
        let mut changeover = soaked.connect(fixture.url()).await?;
        changeover.migrate().await?;
        if state(&mut changeover, "m0002_label").await? != State::Contracted {
            fail!("{}", changeover.status().await?);
        }
        fixture.expect_model(&HISTORY).await
    })
}

#[test]
fn an_instance_with_a_lease_goes_on_with_it_after_a_crash() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("background_lease").await?;
        let history = until("m0002_label")?;
        runner(&fixture, "m0002_label").await?.migrate().await?;
        brake(&fixture).await?;
        let mut first = braked(&history).connect(fixture.url()).await?;
        let first = tokio::spawn(async move { first.run_background().await });
        fixture.wait_until("select exists (select from changeover.holds)").await?;
        let end = "select pg_terminate_backend(pid) from pg_stat_activity \
            where application_name like 'changeover m0002%' and datname = current_database()";
        fixture.db.batch_execute(end).await?;
        if let Ok(Ok(report)) = first.await {
            fail!("the first run was not ended: {report}");
        }
        fixture.db.batch_execute("delete from brakes").await?;
        let instance = Fixture::leasing(&history).connect(fixture.url()).await?;
        let lease = instance.hold_lease().await?;
        lease.ready(Duration::ZERO).await?;
        let done = "select state = 'completed' from changeover.migrations where id = 'm0002_label'";
        fixture.wait_until(done).await?;
        lease.release().await;
        expect_done(&fixture).await
    })
}

#[test]
fn it_gives_way_to_a_run_that_a_deploy_waits_for() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("background_way").await?;
        let history = until("m0002_label")?;
        runner(&fixture, "m0002_label").await?.migrate().await?;
        brake(&fixture).await?;
        let (sender, mut held) = unbounded_channel();
        let mut first = braked(&history)
            .on_progress(move |progress| {
                // The test may have ended.
                let _ = sender.send(progress.held_by.is_some());
            })
            .connect(fixture.url())
            .await?;
        let first = tokio::spawn(async move { first.run_background().await });
        while held.recv().await == Some(false) {}
        // What any role may wish is no reason.
        let logins = Logins::make(&fixture.db, fixture.url(), &["stranger"]).await?;
        let stranger = logins.connect("stranger").await?;
        stranger.batch_execute(WISH).await?;
        for _ in 0..3 {
            if held.recv().await != Some(true) {
                fail!("it gave way to anybody: {:?}", first.await);
            }
        }
        let mut later = runner(&fixture, "m0003_other").await?;
        let later = tokio::spawn(async move { later.expand().await });
        match first.await.map_err(|error| Failure::new(error.to_string()))? {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => fail!("it did not give way: {other:?}"),
        }
        later.await.map_err(|error| Failure::new(error.to_string()))??;
        fixture.db.batch_execute("delete from brakes").await?;
        runner(&fixture, "m0003_other").await?.run_background().await?;
        expect_done(&fixture).await?;
        drop(stranger);
        logins.drop().await
    })
}

#[test]
fn it_is_taken_back_wherever_it_stands() -> Result<(), Failure> {
    block_on(async {
        for done in [false, true] {
            let fixture = seeded("background_undo").await?;
            let before = fixture.catalog().await?;
            let mut changeover = runner(&fixture, "m0002_label").await?;
            changeover.migrate().await?;
            if done {
                changeover.run_background().await?;
                expect_done(&fixture).await?;
            }
            changeover.undo("m0002_label").await?;
            if fixture.catalog().await? != before {
                fail!("the undo left something (done: {done})");
            }
            changeover.migrate().await?;
            changeover.migrate().await?;
            expect_done(&fixture).await?;
        }
        Ok(())
    })
}
