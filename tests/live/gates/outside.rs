//! What was made by hand holds back the contract that would take it along, until it is gone.

use changeover::Migrations;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_users {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            plan: text,
            unique(username),
        });
        add_index!(users(username desc));
        add_check!(users, "username <> ''", name = users_named);
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
    pub(crate) static HISTORY = [m0001_users, m0002_rename, m0003_contract];
}

/// Something made by hand.
pub(crate) struct Made {
    name: &'static str,
    make: &'static str,
    /// What the error says of it.
    shown: &'static str,
    gone: &'static str,
}

pub(crate) const fn made(
    name: &'static str,
    make: &'static str,
    shown: &'static str,
    gone: &'static str,
) -> Made {
    Made { name, make, shown, gone }
}

const ON_A_COLUMN: &[Made] = &[
    made(
        "index",
        "create index hand_made on users (username)",
        "index public.hand_made on table column public.users.username would be dropped unseen",
        "drop index hand_made",
    ),
    made(
        "index on several columns",
        "create index hand_made on users (plan, username)",
        "index public.hand_made on table column public.users.username would be dropped unseen",
        "drop index hand_made",
    ),
    made(
        "expression index",
        "create index hand_made on users (lower(username)) where plan is null",
        "index public.hand_made on table column public.users.username would be dropped unseen",
        "drop index hand_made",
    ),
    made(
        "view",
        "create view hand_made as select username from users",
        "view public.hand_made needs table column public.users.username",
        "drop view hand_made",
    ),
    made(
        "materialized view",
        "create materialized view hand_made as select username from users",
        "materialized view public.hand_made needs table column public.users.username",
        "drop materialized view hand_made",
    ),
    made(
        "check",
        "alter table users add constraint hand_made check (username <> plan)",
        "table constraint hand_made on public.users on table column public.users.username \
         would be dropped unseen",
        "alter table users drop constraint hand_made",
    ),
    made(
        "foreign key",
        "create table notes (who text constraint hand_made references users (username))",
        "table constraint hand_made on public.notes needs",
        "drop table notes",
    ),
    made(
        "generated column",
        "alter table users add hand_made text generated always as (lower(username)) stored",
        "table column public.users.hand_made ",
        "alter table users drop hand_made",
    ),
    made(
        "statistics",
        "create statistics hand_made on username, plan from users",
        "statistics object public.hand_made on table column public.users.username \
         would be dropped unseen",
        "drop statistics hand_made",
    ),
    made(
        "policy",
        "create policy hand_made on users using (username = current_user)",
        "policy hand_made on public.users needs table column public.users.username",
        "drop policy hand_made on users",
    ),
    made(
        "trigger",
        "create trigger hand_made before update of username on users
         for each row execute function suppress_redundant_updates_trigger()",
        "trigger hand_made on public.users needs table column public.users.username",
        "drop trigger hand_made on users",
    ),
    made(
        "condition of a trigger",
        "create trigger hand_made before update on users for each row
         when (new.username is null) execute function suppress_redundant_updates_trigger()",
        "trigger hand_made on public.users needs table column public.users.username",
        "drop trigger hand_made on users",
    ),
    made(
        "function",
        "create function hand_made() returns bigint language sql
         begin atomic select count(username) from users; end",
        "function public.hand_made() needs table column public.users.username",
        "drop function hand_made()",
    ),
    made(
        "rule",
        "create rule hand_made as on update to users where new.username is null do nothing",
        "rule hand_made on public.users needs table column public.users.username",
        "drop rule hand_made on users",
    ),
    made(
        "sequence",
        "create sequence hand_made owned by users.username",
        "sequence public.hand_made on table column public.users.username would be dropped unseen",
        "drop sequence hand_made",
    ),
    made(
        "child",
        "create table hand_made () inherits (users)",
        "table column public.hand_made.username on table column public.users.username \
         would be dropped unseen",
        "drop table hand_made",
    ),
];

#[test]
fn a_contract_waits_for_what_depends_on_a_column() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("outside_column").await?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        held_back_by(&fixture, &HISTORY, ON_A_COLUMN).await?;
        fixture.runner(&HISTORY).await?.contract().await?;
        fixture.expect_model(&HISTORY).await
    })
}

/// A body is text: its words may mean something else, so it holds nothing.
#[test]
fn the_body_of_a_function_is_told_of() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("outside_body").await?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        fixture
            .db
            .batch_execute(
                "create function reads() returns bigint language plpgsql as
                     'begin return (select count(UserName) from users); end';
                 create function writes() returns trigger language plpgsql as
                     'begin new.username := 1; return new; end';
                 create trigger writes before update on users
                     for each row execute function writes();
                 create function other() returns bigint language plpgsql as
                     'begin return (select count(username_too) from users); end';
                 create function elsewhere() returns text language plpgsql as
                     'declare username text; begin return username; end'",
            )
            .await?;
        let report = fixture.runner(&HISTORY).await?.contract().await?;
        let named: Vec<bool> = ["reads()", "writes()", "other()", "elsewhere()", "sync"]
            .iter()
            .map(|name| report.findings.iter().any(|found| found.what.contains(name)))
            .collect();
        if named != [true, true, false, false, false] {
            fail!("not what was expected: {:?}", report.findings);
        }
        Ok(())
    })
}

#[test]
fn a_contract_that_is_held_back_can_still_be_undone() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("outside_undo").await?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        fixture.db.batch_execute("create view hand_made as select username from users").await?;
        let Err(error) = fixture.runner(&HISTORY).await?.contract().await else {
            fail!("the contract ran")
        };
        if !error.is_gate_held() {
            fail!("another error: {error}");
        }
        let Some(base) = HISTORY.until("m0001_users") else { fail!("no such migration") };
        fixture.runner(&HISTORY).await?.undo("m0003_contract").await?;
        fixture.runner(&HISTORY).await?.undo("m0002_rename").await?;
        fixture.runner(&base).await?.migrate().await?;
        if !fixture.holds("select count(username) = 0 from hand_made").await? {
            fail!("the view does not read the column");
        }
        fixture.db.batch_execute("drop view hand_made").await?;
        fixture.runner(&HISTORY).await?.contract().await?;
        fixture.expect_model(&HISTORY).await
    })
}

/// Each of them holds the contract back, all by itself, and nothing has changed then.
pub(crate) async fn held_back_by(
    fixture: &Fixture,
    history: &Migrations,
    all: &[Made],
) -> Result<(), Failure> {
    for made in all {
        fixture.db.batch_execute(made.make).await?;
        let before = fixture.catalog().await?;
        let held = match fixture.runner(history).await?.contract().await {
            Err(error) if error.is_gate_held() => error.report().waiting.clone(),
            Err(error) => fail!("{}: another error: {error}", made.name),
            Ok(_) => fail!("{}: the contract took it along", made.name),
        };
        let by: Vec<&String> = held.iter().flat_map(|held| &held.by).collect();
        if by.len() != 1 || !by[0].starts_with(made.shown) || !by[0].contains("drop it") {
            fail!("{}: not what was expected: {by:?}", made.name);
        }
        if fixture.runner(history).await?.status().await?.waiting != held {
            fail!("{}: the status does not show it", made.name);
        }
        if fixture.catalog().await? != before {
            fail!("{}: something was changed", made.name);
        }
        fixture.db.batch_execute(made.gone).await?;
    }
    Ok(())
}
