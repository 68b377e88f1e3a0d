//! Several migrations taken back: all of them or, where one is refused, none.

use changeover::{Migrations, State};
use changeover_tests::fixture::{Fixture, Process};
use changeover_tests::sample::SEVERAL_HISTORY;
use changeover_tests::{Client, Failure, block_on, catalog, fail};

const BASE: &str = "m0001_users";
const SEED: &str = "insert into users (username, amount) select 'u' || n, n ";

fn until(id: &str) -> Result<Migrations, Failure> {
    SEVERAL_HISTORY.until(id).ok_or_else(|| Failure::new(format!("no migration {id}")))
}

/// So many rows in the first migration's table, and the catalogs that everything must lead back to.
async fn seeded(name: &str, rows: u32) -> Result<(Fixture, String), Failure> {
    let fixture = Fixture::new(name).await?;
    fixture.runner(&until(BASE)?).await?.migrate().await?;
    fixture.db.batch_execute(&format!("{SEED} from generate_series(1, {rows}) n")).await?;
    let before = fixture.catalog().await?;
    Ok((fixture, before))
}

async fn expect_catalog(fixture: &Fixture, before: &str) -> Result<(), Failure> {
    catalog::expect_equal(("before", before), ("after", &fixture.catalog().await?))
}

fn process(fixture: &Fixture, command: &str) -> Result<Process, Failure> {
    Process::start(env!("CARGO_BIN_EXE_migrate"), fixture.url(), "several", command)
}

async fn expect_refused(
    fixture: &Fixture,
    history: &Migrations,
    to: &str,
    because: &str,
) -> Result<(), Failure> {
    let mut runner = fixture.runner(history).await?;
    let (catalog, status) = (fixture.catalog().await?, runner.status().await?);
    match runner.undo_to(to).await {
        Err(error) if error.is_undo_refused() && error.to_string().contains(because) => {}
        other => fail!("not refused because {because}: {other:?}"),
    }
    if runner.status().await? != status {
        fail!("something was taken back:\n{}", runner.status().await?);
    }
    expect_catalog(fixture, &catalog).await
}

fn old() -> Client {
    Client::of("users").writes("username").also("amount", "7")
}

#[test]
fn several_are_taken_back_under_traffic() -> Result<(), Failure> {
    block_on(async {
        let (fixture, before) = seeded("undo_several", 3_000).await?;
        let old = old();
        let new = Client::of("users").writes("display_name").also("amount", "9");
        let traffic = fixture.traffic(&old).await?;
        let mut clients = traffic.start("old", &old).await?;
        let history = until("m0005_switch")?;
        for to in [BASE, "m0003_rename", BASE] {
            fixture.runner(&history).await?.contract().await?;
            let mut newer = traffic.start("new", &new.clone().also("plan", "'paid'")).await?;
            newer.advance(25).await?;
            clients.advance(25).await?;
            newer.leave().await?;
            let report = fixture.runner(&history).await?.undo_to(to).await?;
            clients.advance(25).await?;
            traffic.verify(&fixture.db, &old).await?;
            eprintln!("{report}");
        }
        clients.leave().await?;
        expect_catalog(&fixture, &before).await?;
        fixture.runner(&SEVERAL_HISTORY).await?.contract().await?;
        fixture.expect_model(&SEVERAL_HISTORY).await
    })
}

#[test]
fn an_undo_of_several_goes_on_where_it_was_killed() -> Result<(), Failure> {
    block_on(async {
        let (fixture, before) = seeded("undo_several_kill", 500).await?;
        fixture.runner(&until("m0005_switch")?).await?.contract().await?;
        for reports in 0.. {
            let mut undo = process(&fixture, "undo_to m0001_users")?;
            if (0..=reports).all(|_| undo.next_rows().is_some()) {
                undo.kill()?;
                continue;
            }
            if !undo.succeeded() || reports == 0 {
                fail!("the undo after {reports} kills failed, or had nothing to do");
            }
            eprintln!("{reports} kills");
            break;
        }
        expect_catalog(&fixture, &before).await?;
        fixture.runner(&SEVERAL_HISTORY).await?.contract().await?;
        fixture.expect_model(&SEVERAL_HISTORY).await
    })
}

/// Each undo is killed one progress report later than the one before, and a run forward leads out
/// of every place where one stopped.
#[test]
fn an_undo_of_several_that_was_killed_is_turned_round() -> Result<(), Failure> {
    block_on(async {
        let (fixture, _) = seeded("undo_several_turned", 500).await?;
        let history = until("m0005_switch")?;
        fixture.runner(&history).await?.contract().await?;
        let there = fixture.catalog().await?;
        for reports in 0.. {
            let mut undo = process(&fixture, "undo_to m0001_users")?;
            let killed = (0..=reports).all(|_| undo.next_rows().is_some());
            undo.kill()?;
            fixture.runner(&history).await?.contract().await?;
            expect_catalog(&fixture, &there).await?;
            let unequal = "select count(*) from users where username is distinct from display_name";
            if fixture.count(unequal).await? != 0 {
                fail!("the names differ after {reports} reports");
            }
            if !killed {
                eprintln!("{reports} kills");
                break;
            }
        }
        Ok(())
    })
}

#[test]
fn several_are_taken_back_from_the_middle_of_a_backfill() -> Result<(), Failure> {
    block_on(async {
        let (fixture, before) = seeded("undo_several_filling", 60_000).await?;
        fixture.runner(&until("m0002_amount")?).await?.migrate().await?;
        let old = old();
        let traffic = fixture.traffic(&old).await?;
        let mut clients = traffic.start("old", &old).await?;
        let mut migrate = process(&fixture, "migrate")?;
        while migrate.next_rows().is_some_and(|rows| rows < 10_000) {}
        migrate.kill()?;
        let filled = fixture.count("select count(display_name) from users").await?;
        let rows = fixture.count("select count(*) from users").await?;
        if filled < 10_000 || filled >= rows {
            fail!("{filled} of {rows} rows were filled when the process was killed");
        }
        clients.advance(20).await?;
        fixture.runner(&until("m0005_switch")?).await?.undo_to(BASE).await?;
        clients.advance(20).await?;
        clients.leave().await?;
        traffic.verify(&fixture.db, &old).await?;
        expect_catalog(&fixture, &before).await
    })
}

#[test]
fn several_are_taken_back_from_the_middle_of_an_index_build() -> Result<(), Failure> {
    block_on(async {
        let (fixture, before) = seeded("undo_several_index", 2_000).await?;
        fixture.runner(&until("m0003_rename")?).await?.migrate().await?;
        let old = old();
        let traffic = fixture.traffic(&old).await?;
        let mut clients = traffic.start("old", &old).await?;
        let reader = fixture.reader("old-snapshot").await?;
        let migrate = process(&fixture, "migrate")?;
        let builders = "from pg_stat_activity where query ilike 'create%index concurrently%' \
                        and application_name like 'changeover%' and datname = current_database()";
        let waiting = format!("select exists (select {builders} and wait_event_type = 'Lock')");
        fixture.wait_until(&waiting).await?;
        migrate.kill()?;
        fixture.db.execute(&format!("select pg_cancel_backend(pid) {builders}"), &[]).await?;
        fixture.wait_until(&format!("select not exists (select {builders})")).await?;
        if fixture.count("select count(*) from pg_index where not indisvalid").await? != 1 {
            fail!("the test made no invalid index");
        }
        clients.advance(20).await?;
        reader.batch_execute("commit").await?;
        fixture.runner(&until("m0005_switch")?).await?.undo_to(BASE).await?;
        clients.advance(20).await?;
        clients.leave().await?;
        traffic.verify(&fixture.db, &old).await?;
        expect_catalog(&fixture, &before).await
    })
}

/// A migration that only declares a contract is no hindrance until that has begun.
#[test]
fn behind_a_contract_nothing_is_taken_back() -> Result<(), Failure> {
    block_on(async {
        let (fixture, before) = seeded("undo_several_contract", 100).await?;
        let mut all = fixture.runner(&SEVERAL_HISTORY).await?;
        fixture.runner(&until("m0005_switch")?).await?.contract().await?;
        all.migrate().await?;
        all.undo_to(BASE).await?;
        expect_catalog(&fixture, &before).await?;

        let renamed = until("m0006_contract")?;
        fixture.runner(&renamed).await?.contract().await?;
        let because = "declares the contract of `m0003_rename`";
        for to in [BASE, "m0002_amount", "m0004_index", "m0005_switch"] {
            expect_refused(&fixture, &renamed, to, because).await?;
        }
        all.migrate().await?;
        // What came after that contract goes, and nothing before it.
        expect_refused(&fixture, &SEVERAL_HISTORY, "m0004_index", because).await?;
        all.undo_to("m0006_contract").await?;
        all.contract().await?;
        let because = "declares the contract of `m0002_amount`";
        expect_refused(&fixture, &SEVERAL_HISTORY, "m0006_contract", because).await?;
        match all.undo_to("m0007_contract").await?.phases.as_slice() {
            [] => fixture.expect_model(&SEVERAL_HISTORY).await,
            phases => fail!("nothing comes after it: {phases:?}"),
        }
    })
}

#[test]
fn an_older_build_says_which_one_can_undo() -> Result<(), Failure> {
    block_on(async {
        let (fixture, _) = seeded("undo_several_older", 10).await?;
        fixture.runner(&until("m0004_index")?).await?.migrate().await?;
        let because = "help: undo with a build whose history has `m0004_index`";
        for history in [until("m0003_rename")?, until("m0002_amount")?] {
            expect_refused(&fixture, &history, BASE, because).await?;
        }
        match fixture.runner(&SEVERAL_HISTORY).await?.undo_to("m0009").await {
            Err(error) if error.is_unknown_migration() => Ok(()),
            other => fail!("no such migration: {other:?}"),
        }
    })
}

/// So does what only the new type has room for, which stands in the way of a switch that a newer
/// migration declared.
#[test]
fn values_without_room_are_found_before_anything_is_taken_back() -> Result<(), Failure> {
    block_on(async {
        let (fixture, before) = seeded("undo_several_wide", 10).await?;
        let mut runner = fixture.runner(&until("m0005_switch")?).await?;
        runner.contract().await?;
        fixture.db.batch_execute("update users set amount = 5000000000 where id = 7").await?;
        let (there, status) = (fixture.catalog().await?, runner.status().await?);
        match runner.undo_to(BASE).await {
            Err(error) if error.is_violation() && error.to_string().contains("id = 7") => {}
            other => fail!("no integer is that large: {other:?}"),
        }
        if runner.status().await? != status {
            fail!("something was taken back:\n{}", runner.status().await?);
        }
        expect_catalog(&fixture, &there).await?;
        fixture.db.batch_execute("update users set amount = 5 where id = 7").await?;
        runner.undo_to(BASE).await?;
        expect_catalog(&fixture, &before).await
    })
}

async fn lease(fixture: &Fixture, instance: &str, head: &str) -> Result<(), Failure> {
    let hold = "select changeover.hold_lease('harness', $1, $2)";
    Ok(fixture.db.execute(hold, &[&instance, &head]).await.map(drop)?)
}

/// An instance of any of the builds that are taken back holds the undo; and one of a build from
/// before a switch has to wait until that is taken back, wherever the undo was killed.
#[test]
fn the_builds_that_live_are_those_that_the_schema_fits() -> Result<(), Failure> {
    block_on(async {
        let (fixture, before) = seeded("undo_several_leases", 100).await?;
        let history = until("m0005_switch")?;
        fixture.runner(&history).await?.contract().await?;
        lease(&fixture, "newer", "m0004_index").await?;
        for to in [BASE, "m0003_rename"] {
            let because = "instance \"newer\" was built with \"m0004_index\"";
            expect_refused(&fixture, &history, to, because).await?;
        }
        fixture.runner(&history).await?.undo_to("m0004_index").await?;
        fixture.runner(&history).await?.contract().await?;
        fixture.db.batch_execute("select changeover.release_lease('harness', 'newer')").await?;

        let mut undo = process(&fixture, "undo_to m0001_users")?;
        undo.next_rows();
        undo.kill()?;
        if lease(&fixture, "older", BASE).await.is_ok() {
            fail!("a build that does not declare the switch lives with it");
        }
        fixture.runner(&history).await?.undo_to("m0002_amount").await?;
        lease(&fixture, "older", BASE).await?;
        fixture.runner(&history).await?.undo_to(BASE).await?;
        expect_catalog(&fixture, &before).await?;
        // It is asked again before the switch runs anew.
        fixture.runner(&history).await?.migrate().await?;
        let switched = "select bool_or(state = 'switched') from changeover.migrations";
        match fixture.holds(switched).await? {
            false => Ok(()),
            true => fail!("the switch ran under an older build"),
        }
    })
}

mod m0001_mails {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, email: text not_null });
    }
}

mod m0002_optional {
    changeover::migration! {
        after super::m0001_mails;
        drop_not_null!(users.email);
        add_column!(users.phone: text);
    }
}

mod m0003_index {
    changeover::migration! {
        after super::m0002_optional;
        add_index!(users(email));
    }
}

changeover::migrations! {
    static OPTIONAL = [m0001_mails, m0002_optional, m0003_index];
}

/// Rows that only the oldest of them has no room for stop the newest, too.
#[test]
fn rows_without_room_are_found_before_anything_is_taken_back() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("undo_several_nulls").await?;
        let mut runner = fixture.runner(&OPTIONAL).await?;
        runner.migrate().await?;
        fixture.db.batch_execute("insert into users (email) values (null)").await?;
        let there = fixture.catalog().await?;
        match runner.undo_to("m0001_mails").await {
            Err(error) if error.is_violation() && error.to_string().contains("undo of") => {}
            other => fail!("a null was taken for a value: {other:?}"),
        }
        expect_catalog(&fixture, &there).await?;
        let status = runner.status().await?;
        if status.migrations.iter().any(|migration| migration.state != State::Migrated) {
            fail!("something was taken back:\n{status}");
        }
        fixture.db.batch_execute("update users set email = 'a'").await?;
        runner.undo_to("m0001_mails").await?;
        match fixture.holds("select to_regclass('users_email_idx') is null").await? {
            true => Ok(()),
            false => fail!("the index is still there"),
        }
    })
}
