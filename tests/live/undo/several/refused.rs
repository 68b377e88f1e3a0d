//! Whatever is refused is refused before anything is taken back.

use changeover::{ErrorKind, Migrations, State};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::SEVERAL_HISTORY;
use changeover_tests::{Failure, block_on, fail};

use super::{BASE, expect_catalog, process, seeded, until};

async fn expect_refused(
    fixture: &Fixture,
    history: &Migrations,
    to: &str,
    because: &str,
) -> Result<(), Failure> {
    let mut runner = fixture.runner(history).await?;
    let (catalog, status) = (fixture.catalog().await?, runner.status().await?);
    match runner.undo_to(to).await {
        Err(error)
            if error.kind() == ErrorKind::UndoRefused && error.to_string().contains(because) => {}
        other => fail!("not refused because {because}: {other:?}"),
    }
    if runner.status().await? != status {
        fail!("something was taken back:\n{}", runner.status().await?);
    }
    expect_catalog(fixture, &catalog).await
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
            Err(error) if error.kind() == ErrorKind::UnknownMigration => Ok(()),
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
            Err(error)
                if error.kind() == ErrorKind::Violation && error.to_string().contains("id = 7") => {
            }
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
        lease(&fixture, "newer", "m0005_switch").await?;
        for to in [BASE, "m0003_rename", "m0004_index"] {
            let because = "instance \"newer\" was built with \"m0005_switch\"";
            expect_refused(&fixture, &history, to, because).await?;
        }
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
        if fixture.holds(switched).await? {
            fail!("the switch ran under an older build");
        }
        Ok(())
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
            Err(error)
                if error.kind() == ErrorKind::Violation
                    && error.to_string().contains("undo of") => {}
            other => fail!("a null was taken for a value: {other:?}"),
        }
        expect_catalog(&fixture, &there).await?;
        let status = runner.status().await?;
        if status.migrations.iter().any(|migration| migration.state != State::Migrated) {
            fail!("something was taken back:\n{status}");
        }
        fixture.db.batch_execute("update users set email = 'a'").await?;
        runner.undo_to("m0001_mails").await?;
        if !fixture.holds("select to_regclass('users_email_idx') is null").await? {
            fail!("the index is still there");
        }
        Ok(())
    })
}
