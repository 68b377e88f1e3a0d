//! A start with nothing to do: one question, no lock, no write; and whatever changes something makes the
//! next start look for itself.

use std::sync::Arc;

use changeover::ErrorKind;
use changeover::migration::Migrations;
use changeover_tests::counted::Count;
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::{RENAME_HISTORY, SEVERAL_HISTORY};
use changeover_tests::{Failure, block_on, connect, fail};

/// Runs the whole history, and says how many questions that took.
async fn contract(fixture: &Fixture, history: &Migrations) -> Result<usize, Failure> {
    let count = Arc::new(Count::default());
    let connector = count.connector(fixture.url());
    Fixture::builder(history).connector(connector).await?.contract().await?;
    Ok(count.take().1)
}

async fn expect_settled(fixture: &Fixture, history: &Migrations, is: bool) -> Result<(), Failure> {
    match (contract(fixture, history).await?, is) {
        (1, true) | (2.., false) => Ok(()),
        (sent, _) => fail!("{sent} statements, although settled is {is}"),
    }
}

async fn settled(name: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    expect_settled(&fixture, &SEVERAL_HISTORY, false).await?;
    expect_settled(&fixture, &SEVERAL_HISTORY, true).await?;
    Ok(fixture)
}

#[test]
fn a_start_with_nothing_to_do_waits_for_nobody_and_writes_nothing() -> Result<(), Failure> {
    block_on(async {
        let fixture = settled("settled").await?;
        let other = connect(fixture.url(), "other").await?;
        // Somebody has all of the record locked but for that row, and the row against writes.
        let held = "begin; lock table changeover.steps, changeover.migrations;
            select from changeover.runners for update";
        other.batch_execute(held).await?;
        let written = "select xmin::text::bigint from changeover.runners";
        let before = fixture.count(written).await?;
        expect_settled(&fixture, &SEVERAL_HISTORY, true).await?;
        if fixture.count(written).await? != before {
            fail!("it wrote something");
        }
        other.batch_execute("rollback").await?;
        Ok(())
    })
}

#[test]
fn whoever_changes_something_makes_the_next_start_look() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("settled_changes").await?;
        let Some(base) = RENAME_HISTORY.until("m0001_base") else { fail!("there is no base") };
        expect_settled(&fixture, &base, false).await?;
        expect_settled(&fixture, &base, true).await?;
        // A newer build's migration, which is taken back.
        let Some(newer) = RENAME_HISTORY.until("m0002_rename") else { fail!("no such migration") };
        let mut newer = fixture.runner(&newer).await?;
        newer.migrate().await?;
        // Its contract is still to come.
        expect_settled(&fixture, &base, false).await?;
        newer.undo("m0002_rename").await?;
        expect_settled(&fixture, &RENAME_HISTORY, false).await?;
        expect_settled(&fixture, &RENAME_HISTORY, true).await?;
        // An older build is as ready as it was, and has the last word on it no more than before.
        let too_old = contract(&fixture, &base).await;
        if too_old.is_ok() {
            fail!("a build from before the contract was not told so");
        }
        expect_settled(&fixture, &RENAME_HISTORY, false).await?;
        expect_settled(&fixture, &RENAME_HISTORY, true).await?;
        // A run that was killed has taken a number.
        let took = "update changeover.runners set fence = pg_current_xact_id()::text::bigint";
        fixture.db.batch_execute(took).await?;
        expect_settled(&fixture, &RENAME_HISTORY, false).await?;
        expect_settled(&fixture, &RENAME_HISTORY, true).await?;
        fixture.db.batch_execute("drop schema changeover cascade").await?;
        match contract(&fixture, &RENAME_HISTORY).await {
            Err(_) => Ok(()),
            Ok(sent) => fail!("without its state it was settled, in {sent} statements"),
        }
    })
}

#[test]
fn an_edited_plan_and_a_record_edited_by_hand_are_not_settled() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("settled_edited").await?;
        contract(&fixture, &RENAME_HISTORY).await?;
        // Of another plan version it is taken as it is.
        expect_settled(&fixture, &changed(), false).await?;
        expect_settled(&fixture, &RENAME_HISTORY, false).await?;
        expect_settled(&fixture, &RENAME_HISTORY, true).await?;
        let hands = [
            "update changeover.steps set sql = 'select 1' where ordinal = 1",
            "update changeover.migrations set parent = 'm0000' where id = 'm0002_rename'",
            "delete from changeover.steps where migration = 'm0002_rename'",
        ];
        for by_hand in hands {
            fixture.db.batch_execute(by_hand).await?;
            match fixture.runner(&RENAME_HISTORY).await?.migrate().await {
                Err(error) if matches!(error.kind(), ErrorKind::Edited | ErrorKind::Corrupt) => {}
                other => fail!("{by_hand}: {other:?}"),
            }
        }
        Ok(())
    })
}

/// The same with another word in a plan.
fn changed() -> Migrations {
    let mut migrations = RENAME_HISTORY.migrations.to_vec();
    if let Some(last) = migrations.last_mut() {
        *last = Box::leak(Box::new(changeover::migration::Migration { plan_version: 9, ..**last }));
    }
    Migrations { migrations: migrations.leak(), ..RENAME_HISTORY }
}
