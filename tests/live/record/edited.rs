//! Migrations that are edited: after they ran, after they failed, and in what has not run yet.

use std::time::Duration;

use changeover::migration::Migration;
use changeover::{Error, ErrorKind, Migrations};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::{EDITED_HISTORY, RENAME_HISTORY};
use changeover_tests::{Failure, block_on, fail};

/// Two versions of a history that differ in their second migration.
macro_rules! versions {
    ($first:ident, $second:ident, { $($was:tt)* } => { $($is:tt)* }) => {
        mod $first {
            versions!(@history $($was)*);
        }
        mod $second {
            versions!(@history $($is)*);
        }
    };
    (@history $($changes:tt)*) => {
        mod m0001_users {
            changeover::migration! {
                create_table!(users {
                    id: bigint identity primary_key,
                    username: text not_null,
                    label: text,
                });
            }
        }
        mod m0002_change {
            changeover::migration! {
                after super::m0001_users;
                $($changes)*
            }
        }
        changeover::migrations! {
            pub(super) static HISTORY = [m0001_users, m0002_change];
        }
    };
}

async fn seeded(name: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    let Some(base) = required::HISTORY.until("m0001_users") else { fail!("no base") };
    fixture.runner(&base).await?.migrate().await?;
    let seed = "insert into users (username) select 'ann' from generate_series(1, 5)";
    fixture.db.batch_execute(seed).await?;
    Ok(fixture)
}

async fn migrate(fixture: &Fixture, history: &Migrations) -> Result<(), Error> {
    let runner = Fixture::builder(history).deadline(Duration::from_secs(1)).connect(fixture.url());
    runner.await?.migrate().await.map(drop)
}

/// Fails, is edited, and ends as if it had never been anything else.
async fn may_be_edited(
    fixture: &Fixture,
    was: &Migrations,
    why: ErrorKind,
    is: &Migrations,
) -> Result<(), Failure> {
    let before = fixture.catalog().await?;
    match migrate(fixture, was).await {
        Err(error) if error.kind() == why => {}
        other => fail!("it did not fail as it should: {other:?}"),
    }
    changeover_tests::catalog::expect_equal(
        ("before", &before),
        ("after it failed", &fixture.catalog().await?),
    )?;
    fixture.db.batch_execute("rollback").await?;
    let mut runner = fixture.runner(is).await?;
    runner.migrate().await?;
    fixture.expect_model(is).await?;
    runner.undo("m0002_change").await?;
    changeover_tests::catalog::expect_equal(
        ("before", &before),
        ("after the undo", &fixture.catalog().await?),
    )
}

versions!(required, required_edited,
    { add_unique!(users(username)); } => { add_index!(users(username)); });

#[test]
fn after_a_failed_check() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("edited_require").await?;
        let (was, is) = (&required::HISTORY, &required_edited::HISTORY);
        may_be_edited(&fixture, was, ErrorKind::Violation, is).await
    })
}

versions!(locked, locked_edited,
    { add_column!(users.plan: text not_null default "free"); }
    => { add_column!(users.plan: text); add_index!(users(plan)); });

versions!(bound, bound_edited,
    { set_not_null!(users.label, direct(max_rows = 100, reason = "a handful")); }
    => { add_column!(users.plan: text); });

#[test]
fn after_a_lock_that_was_not_to_be_had() -> Result<(), Failure> {
    block_on(async {
        for (name, was, is) in [
            ("edited_lock", &locked::HISTORY, &locked_edited::HISTORY),
            // Here a look at the table's size comes first, and passes.
            ("edited_bound", &bound::HISTORY, &bound_edited::HISTORY),
        ] {
            let fixture = seeded(name).await?;
            fixture.db.batch_execute("update users set label = 'x'").await?;
            fixture.db.batch_execute("begin; select from users").await?;
            may_be_edited(&fixture, was, ErrorKind::LockTimeout, is).await?;
        }
        Ok(())
    })
}

versions!(indexed, indexed_edited,
    { add_index!(users(sql("1 / (length(username) - 3)"))); }
    => { add_column!(users.plan: text); add_index!(users(plan)); });

/// The first version has no `Expand`, so that phase is behind it when it fails.
#[test]
fn after_a_failed_index_build() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("edited_index").await?;
        let (was, is) = (&indexed::HISTORY, &indexed_edited::HISTORY);
        may_be_edited(&fixture, was, ErrorKind::Statement, is).await
    })
}

async fn refuse(_: Vec<String>) -> Result<Vec<String>, String> {
    Err("the other service knows none of them".to_owned())
}

async fn upper(names: Vec<String>) -> Result<Vec<String>, String> {
    Ok(names.into_iter().map(|name| name.to_uppercase()).collect())
}

versions!(filled, filled_edited,
    { backfill!(users.label, with = super::super::refuse, read(username)); }
    => { backfill!(users.label, with = super::super::upper, read(username)); });

#[test]
fn after_a_backfill_that_filled_no_row() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("edited_backfill").await?;
        let (was, is) = (&filled::HISTORY, &filled_edited::HISTORY);
        may_be_edited(&fixture, was, ErrorKind::Conversion, is).await?;
        match fixture.count("select count(*) from users where label = 'ANN'").await? {
            5 => Ok(()),
            rows => fail!("{rows} rows were filled"),
        }
    })
}

versions!(half, half_edited,
    { add_column!(users.plan: text); add_unique!(users(username)); }
    => { add_column!(users.plan: text); add_index!(users(username)); });
versions!(other_start, other_start_again,
    { add_column!(users.tariff: text); } => { add_column!(users.tariff: text); });

#[test]
fn half_way_in_what_has_not_run_yet() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("edited_half").await?;
        for _ in 0..2 {
            match migrate(&fixture, &half::HISTORY).await {
                Err(error) if error.kind() == ErrorKind::Violation => {}
                other => fail!("the names are equal: {other:?}"),
            }
        }
        // What has run is another matter.
        match migrate(&fixture, &other_start::HISTORY).await {
            Err(error) if error.kind() == ErrorKind::Edited => {
                let message = error.to_string();
                for part in ["+ alter table", "`m0002_change`", "expand, step 1", "undo it with"] {
                    if !message.contains(part) {
                        fail!("no `{part}` in: {message}");
                    }
                }
            }
            other => fail!("another column was added before: {other:?}"),
        }
        let edited = &half_edited::HISTORY;
        migrate(&fixture, edited).await?;
        fixture.expect_model(edited).await?;
        // As the message says.
        let mut runner = fixture.runner(edited).await?;
        runner.undo("m0002_change").await?;
        migrate(&fixture, &other_start_again::HISTORY).await?;
        fixture.expect_model(&other_start_again::HISTORY).await
    })
}

versions!(written, reformatted,
    { create_view!(names, "select id, username from users"); }
    => { create_view!(names, "
            select id,
                   username
            from users
        "); });

#[test]
fn white_space_is_no_edit() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("edited_white_space").await?;
        migrate(&fixture, &written::HISTORY).await?;
        migrate(&fixture, &reformatted::HISTORY).await?;
        fixture.runner(&reformatted::HISTORY).await?.undo("m0002_change").await?;
        Ok(())
    })
}

versions!(defaulted, defaulted_edited,
    { set_default!(users.label, "free"); } => { set_default!(users.label, "paid"); });

/// As the one reads it who is woken at night by it.
#[test]
fn the_error_says_what_was_what_is_and_what_to_do() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("edited_message").await?;
        migrate(&fixture, &defaulted::HISTORY).await?;
        let Err(error) = migrate(&fixture, &defaulted_edited::HISTORY).await else {
            fail!("another default was taken for the one that has run")
        };
        let expected = r#"migration `m0002_change` was edited after it had run (`-` is in the database, `+` in this build)
expand, step 1 (done), for new rows; those that are there keep their values:
- alter table "public"."users" alter column "label" set default 'free'
+ alter table "public"."users" alter column "label" set default 'paid'
help: restore it, and write what is new as a migration of its own
help: where the database has what `+` says already, `repair(Repair::accept_plan("m0002_change"), reason)`"#;
        if error.to_string() != expected {
            fail!("{error}");
        }
        Ok(())
    })
}

/// The edited plan, as a release of the macros with another wording would write it.
fn reworded() -> Result<Migrations, Failure> {
    let [base, change, contract] = EDITED_HISTORY.migrations else { fail!("not three") };
    let change = Box::leak(Box::new(Migration { plan_version: 2, ..**change }));
    let migrations = Box::leak(Box::new([*base, change, *contract]));
    Ok(Migrations { migrations, schema: EDITED_HISTORY.schema, names: &[] })
}

#[test]
fn a_plan_of_another_version_is_no_edit_once_it_is_complete() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("reworded", 10).await?;
        fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        let reworded = reworded()?;
        let mut runner = fixture.runner(&reworded).await?;
        runner.migrate().await?;
        // What is left of it was planned for what it would have made.
        for outcome in [runner.contract().await, runner.undo_to("m0001_base").await] {
            match outcome {
                Err(error)
                    if error.kind() == ErrorKind::Edited
                        && error.to_string().contains("plan version 1") => {}
                other => fail!("it goes on with another plan: {other:?}"),
            }
        }
        let accept = changeover::Repair::accept_plan("m0002_rename");
        runner.repair(accept, "the wording is all that differs").await?;
        runner.contract().await?;
        fixture.expect_model(&reworded).await
    })
}

/// One that is not complete goes on, as far as what has run is the same.
#[test]
fn a_plan_of_another_version_goes_on_where_it_is_the_same() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("reworded_half", 10).await?;
        fixture.runner(&RENAME_HISTORY).await?.expand().await?;
        let reworded = reworded()?;
        fixture.runner(&reworded).await?.contract().await?;
        fixture.expect_model(&reworded).await
    })
}
