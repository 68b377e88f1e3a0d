//! What the database has is held against what the code says, under clients, and nothing of it stays.

use changeover::{Adopted, Comparison, ErrorKind, Migrations, Scope};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, connect, fail};

mod m0001_shop {
    changeover::migration! {
        create_schema!(billing);
        create_enum!(billing.state { open, paid });
        create_table!(users { id: bigint identity primary_key, name: text not_null });
        create_table!(billing.invoices {
            id: bigint identity primary_key,
            user_id: bigint not_null references(users.id),
            state: billing.state not_null default "open",
            index(user_id),
        });
        create_function!(half(n: bigint) returns bigint, language = sql, immutable, body = "select n / 2");
        create_view!(billing.open_invoices, "select i.id, u.name from billing.invoices i join users u on u.id = i.user_id where i.state = 'open'");
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_shop;
        rename_column!(users.name => title);
    }
}

changeover::migrations! {
    static SHOP = [m0001_shop];
}

changeover::migrations! {
    static RENAMED = [m0001_shop, m0002_rename];
}

async fn checked(fixture: &Fixture, history: &Migrations) -> Result<Comparison, Failure> {
    let before = fixture.catalog().await?;
    let comparison = fixture.runner(history).await?.check().await?;
    if fixture.catalog().await? != before {
        fail!("the check left something behind");
    }
    Ok(comparison)
}

#[test]
fn a_database_that_is_what_the_code_says_is_clean() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("checked").await?;
        fixture.runner(&SHOP).await?.migrate().await?;
        let comparison = checked(&fixture, &SHOP).await?;
        if comparison != Comparison::default() {
            fail!("{comparison}");
        }
        Ok(())
    })
}

#[test]
fn each_difference_is_said_with_the_change_of_both_ways() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("drifted").await?;
        fixture.runner(&SHOP).await?.migrate().await?;
        let by_hand = "alter table billing.invoices alter column state set default 'paid';
            alter table users add column nick text;
            drop function half(bigint);
            create table stranger (id int);
            create view odd as select 1 as one";
        fixture.db.batch_execute(by_hand).await?;
        let comparison = checked(&fixture, &SHOP).await?;
        let found: Vec<&str> =
            comparison.differences.iter().map(|difference| difference.object.as_str()).collect();
        if found.len() != 3 {
            fail!("{comparison}");
        }
        for word in [
            "set_default!(billing.invoices.state, \"open\");",
            "set_default!(billing.invoices.state, \"paid\");",
            "drop_column!(users.nick);",
            "add_column!(users.nick: text);",
            "create_function!(half(n: bigint)",
            "table stranger",
            "view odd",
        ] {
            if !comparison.to_string().contains(word) {
                fail!("`{word}` is missing: {comparison}");
            }
        }
        if comparison.undeclared != ["view odd", "table stranger"] {
            fail!("{:?}", comparison.undeclared);
        }
        Ok(())
    })
}

#[test]
fn what_a_migration_under_way_touches_is_named_and_the_rest_is_compared() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("under_way").await?;
        fixture.runner(&RENAMED).await?.migrate().await?;
        let clean = checked(&fixture, &RENAMED).await?;
        // The view reads the old name until it is replaced, and is compared all the same.
        if !clean.is_clean() || clean.under_way.len() > 6 || !clean.undeclared.is_empty() {
            fail!("{clean}");
        }
        for column in ["name", "title"] {
            let line = format!("column users.{column}: `m0002_rename` is migrated");
            if !clean.under_way.contains(&line) {
                fail!("{clean}");
            }
        }
        let by_hand = "create or replace view billing.open_invoices as select i.id, u.name
                from billing.invoices i join users u on u.id = i.user_id;
            alter table billing.invoices add column note text;
            alter table users add column nick text, alter column name set default 'x';
            create index on users (id)";
        fixture.db.batch_execute(by_hand).await?;
        let comparison = checked(&fixture, &RENAMED).await?;
        let found: Vec<&str> =
            comparison.differences.iter().map(|one| one.object.as_str()).collect();
        if found
            != [
                "view billing.open_invoices",
                "column billing.invoices.note",
                "column users.nick",
                "index users.users_id_idx",
            ]
        {
            fail!("{comparison}");
        }
        Ok(())
    })
}

/// Clients of the tables notice nothing, and a lock that somebody holds does not stop it for long.
#[test]
fn it_needs_no_lock_that_writers_would_notice() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("check_locks").await?;
        fixture.runner(&SHOP).await?.migrate().await?;
        let writer = connect(fixture.url(), "writer").await?;
        writer
            .batch_execute("begin; lock table users, billing.invoices in share row exclusive mode")
            .await?;
        let comparison = checked(&fixture, &SHOP).await?;
        if !comparison.is_clean() {
            fail!("{comparison}");
        }
        Ok(writer.batch_execute("rollback").await?)
    })
}

#[test]
fn what_is_under_way_is_not_adopted() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("adopt_under_way").await?;
        fixture.runner(&SHOP).await?.migrate().await?;
        let mut session = connect(fixture.url(), "adopt").await?;
        let before = Adopted::read(&mut session, &Scope::default()).await?;
        fixture.runner(&RENAMED).await?.migrate().await?;
        match Adopted::read(&mut session, &Scope::default()).await {
            Err(error)
                if error.kind() == ErrorKind::UnderWay
                    && error.to_string().contains("  trigger users.zzz_0002_") => {}
            other => fail!("{other:?}"),
        }
        let others = Adopted::read(&mut session, &Scope::default().schema("billing")).await?;
        if others.changes().contains("zzz_") || !others.changes().contains("billing.invoices") {
            fail!("{}", others.changes());
        }
        fixture.runner(&RENAMED).await?.undo("m0002_rename").await?;
        let after = Adopted::read(&mut session, &Scope::default()).await?;
        if after.changes() != before.changes() {
            fail!("{}", after.changes());
        }
        Ok(())
    })
}
