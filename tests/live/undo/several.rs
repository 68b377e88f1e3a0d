//! Several migrations taken back: all of them or, where one is refused, none.

mod refused;

use changeover::Migrations;
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
