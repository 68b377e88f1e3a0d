//! What is broken on purpose, and what a rehearsal says of it.

use std::time::Duration;

use changeover::Migrations;
use changeover::testing::{ProblemKind, Rehearsal};
use changeover_tests::{Failure, block_on, fail};

use super::{brief, database, problem};

mod m0001_users {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, username: text not_null, age: int });
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_users;
        rename_column!(users.username => display_name);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_rename;
        contract!(m0002_rename);
    }
}

changeover::migrations! {
    static RENAMES = [m0001_users, m0002_rename, m0003_contract];
}

const SEED: &str = "insert into users (username, age) \
    select 'u' || n, n % 90 from generate_series(1, 2000) n";

async fn rehearsed(name: &str, history: &Migrations) -> Result<Rehearsal, Failure> {
    let database = database(name).await?;
    Ok(brief(history).seed(SEED).run(database.url()).await?)
}

#[test]
fn a_query_that_a_shape_fails_is_named() -> Result<(), Failure> {
    block_on(async {
        let database = database("rehearsed_query").await?;
        let rehearsal = brief(&RENAMES)
            .seed(SEED)
            // Someone forgot that the name goes with the contract, and someone misspelt the new one.
            .new("select username from users limit 1")
            .new("select display_nme from users limit 1")
            .old("select count(*) from users")
            .run(database.url())
            .await?;
        let misspelt = problem(&rehearsal, ProblemKind::Client, "display_nme")?;
        let forgotten =
            problem(&rehearsal, ProblemKind::Client, "column \"username\" does not exist")?;
        if misspelt.migration != "m0002_rename"
            || forgotten.migration != "m0003_contract"
            || forgotten.phase != "contract"
            || forgotten.code.as_deref() != Some("42703")
            || forgotten.statement.as_deref() != Some("select username from users limit 1")
        {
            fail!("{misspelt:?}\n{forgotten:?}");
        }
        let is_other = |one: &&changeover::testing::Problem| {
            !one.what.contains("display_nme") && !one.what.contains("username")
        };
        if rehearsal.problems.iter().any(|one| is_other(&one)) {
            fail!("there is another problem: {rehearsal}");
        }
        Ok(())
    })
}

/// A client that goes round the triggers.
#[test]
fn shapes_that_do_not_agree_are_named() -> Result<(), Failure> {
    block_on(async {
        let database = database("rehearsed_apart").await?;
        let around = "do $$ begin
            alter table users disable trigger user;
            update users set display_name = 'somebody else' where id = 1999;
            alter table users enable trigger user;
        end $$";
        let rehearsal = brief(&RENAMES).seed(SEED).new(around).run(database.url()).await?;
        let apart = problem(&rehearsal, ProblemKind::Shapes, "id = 1999")?;
        if apart.migration != "m0002_rename" || !apart.phase.starts_with("both builds") {
            fail!("{apart:?}");
        }
        Ok(())
    })
}

mod m0002_rewrite {
    changeover::migration! {
        after super::m0001_users;
        change_type!(users.age: bigint, direct(max_rows = 1_000_000, reason = "it was small once"));
    }
}

changeover::migrations! {
    static REWRITES = [m0001_users, m0002_rewrite];
}

#[test]
fn a_lock_that_is_too_long_is_named() -> Result<(), Failure> {
    block_on(async {
        let database = database("rehearsed_lock").await?;
        let many = "insert into users (username, age) \
            select 'u' || n, n % 90 from generate_series(1, 400000) n";
        let rehearsal = brief(&REWRITES)
            .seed(many)
            .longest_lock(Duration::from_millis(40))
            .run(database.url())
            .await?;
        let lock = problem(&rehearsal, ProblemKind::Lock, "held for")?;
        if !lock.what.contains("ACCESS EXCLUSIVE on \"public\".\"users\"")
            && !lock.what.contains("runner's own clock")
        {
            fail!("{lock:?}");
        }
        let Some(phase) = rehearsal.phases.iter().find(|phase| phase.name == "expand") else {
            fail!("no expand: {rehearsal}")
        };
        // Who wanted to write waited for as long.
        if phase.longest_lock < Duration::from_millis(40) || phase.old.max * 2 < phase.longest_lock
        {
            fail!("{phase:?}");
        }
        Ok(())
    })
}

mod m0002_split {
    changeover::migration! {
        after super::m0001_users;
        add_column!(users.is_adult: boolean);
        backfill!(users.is_adult = "age > 18");
    }
}

changeover::migrations! {
    static FILLS = [m0001_users, m0002_split];
}

#[test]
fn a_fill_with_a_wrong_value_breaks_an_invariant() -> Result<(), Failure> {
    block_on(async {
        let database = database("rehearsed_fill").await?;
        // It was to be from 18 on.
        let wrong =
            "select from users where is_adult is distinct from (age >= 18) and age is not null";
        let never = "select from no_table";
        let rehearsal = brief(&FILLS)
            .seed(SEED)
            .expect_none(wrong)
            .expect_none(never)
            .run(database.url())
            .await?;
        let found = problem(&rehearsal, ProblemKind::Invariant, "rows")?;
        if found.migration != "m0002_split"
            || found.phase != "both builds"
            || found.statement.as_deref() != Some(wrong)
            || rehearsal.problems.len() != 1
        {
            fail!("{rehearsal}");
        }
        if !rehearsal.left_out.iter().any(|one| one.contains("no_table")) {
            fail!("nobody says that a query was never asked: {rehearsal}");
        }
        Ok(())
    })
}

mod m0002_loses {
    changeover::migration! {
        after super::m0001_users;
        sql!(
            up = "update users set age = age + 1 where id % 500 = 7",
            undo = "delete from users where id % 500 = 9",
            phase = migrate,
            locks(users = row_exclusive),
            allow(update, reason = "so that something is wrong"),
            allow(delete, reason = "so that something is wrong"),
            reason = "an example of what goes wrong",
        );
    }
}

mod m0002_leaves {
    changeover::migration! {
        after super::m0001_users;
        sql!(
            up = "create statistics users_age (dependencies) on username, age from users",
            undo = "select 1",
            reason = "an example of what goes wrong",
        );
    }
}

changeover::migrations! {
    static LOSES = [m0001_users, m0002_loses];
}
changeover::migrations! {
    static LEAVES = [m0001_users, m0002_leaves];
}

#[test]
fn an_undo_that_loses_rows_is_found() -> Result<(), Failure> {
    block_on(async {
        let rehearsal = rehearsed("rehearsed_loses", &LOSES).await?;
        let found = problem(&rehearsal, ProblemKind::Undo, "rows are gone")?;
        if !found.what.contains("rows at least have other values") || found.phase != "undo" {
            fail!("{found:?}");
        }
        Ok(())
    })
}

#[test]
fn an_undo_that_leaves_something_behind_is_found() -> Result<(), Failure> {
    block_on(async {
        let rehearsal = rehearsed("rehearsed_leaves", &LEAVES).await?;
        problem(&rehearsal, ProblemKind::Undo, "users_age").map(drop)
    })
}

mod m0002_swallows {
    changeover::migration! {
        after super::m0001_users;
        sql!(
            up = "create function swallow() returns trigger language plpgsql as $$ begin \
                new.username := old.username; return new; end $$; \
                create trigger swallow before update on users for each row execute function swallow()",
            undo = "drop trigger swallow on users; drop function swallow()",
            locks(users = access_exclusive),
            allow(create_function, reason = "an example"),
            allow(create_trigger, reason = "an example"),
            allow(drop_function, reason = "an example"),
            allow(drop_trigger, reason = "an example"),
            reason = "an example of what goes wrong",
        );
    }
}

changeover::migrations! {
    static SWALLOWS = [m0001_users, m0002_swallows];
}

#[test]
fn a_write_that_is_lost_is_found() -> Result<(), Failure> {
    block_on(async {
        let rehearsal = rehearsed("rehearsed_swallows", &SWALLOWS).await?;
        problem(&rehearsal, ProblemKind::Client, "a write is lost: `username`").map(drop)
    })
}
