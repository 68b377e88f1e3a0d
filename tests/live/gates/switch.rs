//! A switch: what it lets in, what it keeps out, how it is taken back, and that no client notices.

use changeover::{ErrorKind, Migrations, State};
use changeover_tests::fixture::{Fixture, Process};
use changeover_tests::sample::SWITCH_HISTORY;
use changeover_tests::{Client, Failure, block_on, catalog, fail};

fn until(id: &str) -> Result<Migrations, Failure> {
    SWITCH_HISTORY.until(id).ok_or_else(|| Failure::new(format!("no migration {id}")))
}

async fn expect_state(fixture: &Fixture, expected: State) -> Result<(), Failure> {
    let status = fixture.runner(&SWITCH_HISTORY).await?.status().await?;
    let Some(change) = status.migrations.iter().find(|one| one.id == "m0002_change") else {
        fail!("the status lacks it")
    };
    if change.state != expected {
        fail!("it is {}, not {expected}", change.state);
    }
    Ok(())
}

#[test]
fn a_switch_and_its_undo_under_traffic() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("switch", 2_000).await?;
        let (change, switch) = (until("m0002_change")?, until("m0003_switch")?);
        fixture.runner(&change).await?.contract().await?;
        expect_state(&fixture, State::Migrated).await?;
        let before = catalog::dump(&fixture.db).await?;
        let client = Client::of("users").writes("username");
        let traffic = fixture.traffic(&client).await?;
        let mut clients = traffic.start("any", &client).await?;

        for _ in 0..3 {
            clients.advance(20).await?;
            fixture.runner(&switch).await?.contract().await?;
            expect_state(&fixture, State::Switched).await?;
            clients.advance(20).await?;
            match fixture.runner(&change).await?.migrate().await {
                Err(error) if error.is_too_old() && error.to_string().contains("switch!(") => {}
                other => fail!("a build that does not declare the switch: {other:?}"),
            }
            fixture.runner(&switch).await?.undo("m0003_switch").await?;
            expect_state(&fixture, State::Migrated).await?;
            let after = catalog::dump(&fixture.db).await?;
            catalog::expect_equal(("before", &before), ("after the undo", &after))?;
            fixture.runner(&change).await?.migrate().await?;
        }
        fixture.runner(&SWITCH_HISTORY).await?.contract().await?;
        expect_state(&fixture, State::Contracted).await?;
        clients.advance(20).await?;
        clients.leave().await?;
        traffic.verify(&fixture.db, &client).await?;
        fixture.expect_model(&SWITCH_HISTORY).await?;
        match fixture.runner(&switch).await?.undo("m0003_switch").await {
            Err(error) if error.is_too_old() => Ok(()),
            other => fail!("a build that does not declare the contract: {other:?}"),
        }
    })
}

#[test]
fn a_migration_is_undone_from_behind_its_switch() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("switch_undo", 100).await?;
        let before = catalog::dump(&fixture.db).await?;
        let switch = until("m0003_switch")?;
        fixture.runner(&switch).await?.contract().await?;
        match fixture.runner(&switch).await?.undo("m0002_change").await {
            Err(error) if error.kind() == ErrorKind::UndoRefused => {}
            other => fail!("what switches it builds on it: {other:?}"),
        }
        for id in ["m0003_switch", "m0002_change"] {
            fixture.runner(&switch).await?.undo(id).await?;
        }
        expect_state(&fixture, State::Pending).await?;
        let after = catalog::dump(&fixture.db).await?;
        catalog::expect_equal(("before", &before), ("after the undo", &after))
    })
}

#[test]
fn an_empty_database_goes_through_the_switch() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("switch_fresh").await?;
        fixture.runner(&SWITCH_HISTORY).await?.contract().await?;
        fixture.expect_model(&SWITCH_HISTORY).await
    })
}

/// Each process is killed one progress report later than the one before, on the way there and on
/// the way back, until one comes through.
#[test]
fn a_switch_killed_at_every_step_comes_through() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("switch_kill", 100).await?;
        fixture.runner(&until("m0002_change")?).await?.migrate().await?;
        let before = catalog::dump(&fixture.db).await?;
        for (command, end) in
            [("contract", State::Switched), ("undo m0003_switch", State::Migrated)]
        {
            killed_at_every_step(&fixture, command)?;
            expect_state(&fixture, end).await?;
        }
        let after = catalog::dump(&fixture.db).await?;
        catalog::expect_equal(("before", &before), ("after the undo", &after))
    })
}

fn killed_at_every_step(fixture: &Fixture, command: &str) -> Result<(), Failure> {
    let binary = env!("CARGO_BIN_EXE_migrate");
    for reports in 0.. {
        let mut process = Process::start(binary, fixture.url(), "switch", command)?;
        if (0..=reports).all(|_| process.next_rows().is_some()) {
            process.kill()?;
            continue;
        }
        if !process.succeeded() {
            fail!("`{command}` failed after {reports} kills");
        }
        if reports == 0 {
            fail!("`{command}` had nothing to do");
        }
        break;
    }
    Ok(())
}
