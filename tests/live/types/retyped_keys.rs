//! Unique columns and keys that change to a type of another kind, by the user's expressions.

use changeover::ErrorKind;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Client, Failure, Scenario, block_on, catalog, fail};

mod m0001_tables {
    changeover::migration! {
        create_extension!(citext);
        create_table!(users {
            id: bigint identity primary_key,
            email: text not_null unique,
            nick: text,
            index((nick), unique, name = one_nick),
        });
        create_table!(parcels {
            code: text primary_key default sql("'0' || floor(1000 + random() * 100000)"),
            note: text not_null default "",
        });
        create_table!(labels {
            id: bigint identity primary_key,
            code: text unique,
            note: text not_null default "",
        });
    }
}

mod m0002_retype {
    changeover::migration! {
        after super::m0001_tables;
        change_type!(users.email: citext, up = "email::citext", down = "email::text");
        change_type!(users.nick: varchar(20), up = "left(nick, 20)", down = "nick::text");
        change_type!(parcels.code: bigint, up = "code::bigint", down = "code::text");
        change_type!(labels.code: integer, up = "code::integer", down = "code::text");
    }
}

mod m0003_switch {
    changeover::migration! {
        after super::m0002_retype;
        switch!(m0002_retype);
    }
}

mod m0004_contract {
    changeover::migration! {
        after super::m0003_switch;
        contract!(m0002_retype);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_tables, m0002_retype, m0003_switch, m0004_contract];
}

#[test]
fn a_unique_column_changes_its_kind_under_traffic() -> Result<(), Failure> {
    let client = || {
        Client::of("labels")
            .writes_as("code", "$2::text::integer")
            .values(|n| (n + 100_000).to_string())
            .nullable()
            .unrelated("update labels set note = note || '.' where id = $1")
    };
    let scenario = Scenario::new(&HISTORY, "m0002_retype")
        .seed("insert into labels (code) select n from generate_series(1, 4000) n")
        .old_build(client())
        .new_build(client());
    crate::live(&scenario, "retyped_keys")
}

async fn expect(fixture: &Fixture, query: &str) -> Result<(), Failure> {
    match fixture.count(query).await? {
        1 => Ok(()),
        rows => fail!("{rows} rows: {query}"),
    }
}

#[test]
fn what_becomes_equal_is_found_and_what_does_not_goes_there_and_back() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("retyped_keys_by_hand").await?;
        let Some(base) = HISTORY.until("m0001_tables") else { fail!("no base") };
        let Some(switch) = HISTORY.until("m0003_switch") else { fail!("no switch") };
        fixture.runner(&base).await?.migrate().await?;
        let (db, before) = (&fixture.db, fixture.catalog().await?);
        db.batch_execute(
            "insert into users (email, nick) values ('A@x', 'n1'), ('b@x', 'n2');
             insert into parcels values ('007'), ('8')",
        )
        .await?;
        let mut runner = fixture.runner(&switch).await?;
        for (equal, mend) in [
            ("insert into users (email) values ('a@X')", "delete from users where email = 'a@X'"),
            (
                "insert into users (email, nick) values ('d', repeat('n', 30)), ('e', repeat('n', 40))",
                "delete from users where email in ('d', 'e')",
            ),
            ("insert into parcels values ('7')", "delete from parcels where code = '7'"),
        ] {
            db.batch_execute(equal).await?;
            match runner.migrate().await {
                Err(error) if error.kind() == ErrorKind::Violation => {}
                Err(error) => fail!("another error after `{equal}`: {error}"),
                Ok(_) => fail!("not found: {equal}"),
            }
            if equal.contains("email)") && fixture.catalog().await? != before {
                fail!("something was done before it was found: {equal}");
            }
            db.batch_execute(mend).await?;
        }
        runner.contract().await?;
        let taken = "insert into users (email) values ('a@X')";
        match db.batch_execute(taken).await {
            Err(error) if error.code().is_some_and(|code| code.code() == "23505") => {}
            outcome => fail!("{taken}: {outcome:?}"),
        }
        db.batch_execute(
            "insert into users (email, nick) values ('C@x', 'n3') on conflict (email) do nothing;
             insert into users (email) values ('c@X') on conflict (email) do update set nick = 'n4';
             update parcels set code = 9 where code = 8;
             insert into parcels (code) values (8);
             insert into parcels default values;
             delete from parcels where code not in (7, 8, 9)",
        )
        .await?;
        expect(&fixture, "select count(*) from users where email = 'c@x' and nick = 'n4'").await?;
        runner.undo("m0003_switch").await?;
        expect(&fixture, "select count(*) from users where email = 'C@x' and nick = 'n4'").await?;
        expect(
            &fixture,
            "select count(*) from (select string_agg(code, ',' order by code collate \"C\") from parcels) p (codes)
             where codes = '007,8,9'",
        )
        .await?;
        runner.undo("m0002_retype").await?;
        catalog::expect_equal(("before", &before), ("undone", &fixture.catalog().await?))?;
        fixture.runner(&HISTORY).await?.contract().await?;
        fixture.expect_model(&HISTORY).await
    })
}
