//! The names that NOT NULLs have from PostgreSQL 18 on: those that users gave stay with the column, as
//! the one-line forms leave them; those that PostgreSQL derived are derived of the new names.

use changeover::Migrations;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, catalog, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: integer identity primary_key,
            mail: text not_null,
            nick: text not_null,
            balance: integer not_null,
            code: integer not_null,
        }, allow(narrow_key, reason = "it is widened below"));
    }
}
mod m0002_columns {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.mail => address);
        rename_column!(users.nick => handle);
        change_type!(users.id: bigint);
        change_type!(users.balance: bigint);
        change_type!(users.code: bigint);
    }
}
mod m0003_switch {
    changeover::migration! {
        after super::m0002_columns;
        switch!(m0002_columns);
    }
}
mod m0004_contract {
    changeover::migration! {
        after super::m0003_switch;
        contract!(m0002_columns);
    }
}
mod m0005_table {
    changeover::migration! {
        after super::m0004_contract;
        rename_table!(users => accounts);
    }
}
changeover::migrations! {
    static HISTORY = [m0001_base, m0002_columns, m0003_switch, m0004_contract, m0005_table];
}

const BY_HAND: &str = r#"
do $$ begin
    if current_setting('server_version_num')::integer >= 180000 then
        alter table users rename constraint users_mail_not_null to "has 'mail'";
        alter table users rename constraint users_code_not_null to "has %I";
    end if;
end $$"#;

const NAMES: &str = "select c.conname::text from pg_constraint c
    where c.contype = 'n' and c.conrelid = to_regclass($1::text) order by c.conname";

const UNLIKE: &str = "select c.conname::text, changeover.not_null_name(r.relname, a.attname)
    from pg_constraint c join pg_class r on r.oid = c.conrelid
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    where c.contype = 'n' and r.oid = to_regclass($1::text)
        and c.conname <> changeover.not_null_name(r.relname, a.attname)";

async fn expect_names(fixture: &Fixture, table: &str, expected: &[&str]) -> Result<(), Failure> {
    let rows = fixture.db.query(NAMES, &[&table]).await?;
    let names: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
    let has_names = "select current_setting('server_version_num')::integer >= 180000";
    let expected = if fixture.holds(has_names).await? { expected } else { &[] };
    if names != expected {
        fail!("{names:?} instead of {expected:?}");
    }
    Ok(())
}

fn until(id: &str) -> Result<Migrations, Failure> {
    HISTORY.until(id).ok_or_else(|| Failure::new(id))
}

#[test]
fn a_not_null_is_called_as_the_one_line_form_leaves_it() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("not_null_names").await?;
        fixture.runner(&until("m0001_base")?).await?.migrate().await?;
        fixture.db.batch_execute(BY_HAND).await?;
        let before = fixture.catalog().await?;

        let changed = until("m0003_switch")?;
        fixture.runner(&changed).await?.contract().await?;
        let switched = ["has %I", "has 'mail'", "users_address_not_null", "users_balance_not_null"];
        let rest = ["users_handle_not_null", "users_id_not_null", "users_nick_not_null"];
        expect_names(&fixture, "users", &[switched.as_slice(), &rest].concat()).await?;
        fixture.runner(&changed).await?.undo("m0003_switch").await?;
        fixture.runner(&changed).await?.undo("m0002_columns").await?;
        let undone = fixture.catalog().await?;
        catalog::expect_equal(("before", &before), ("undone", &undone))?;

        fixture.runner(&until("m0004_contract")?).await?.contract().await?;
        let names = ["has %I", "has 'mail'", "users_balance_not_null", "users_handle_not_null"];
        expect_names(&fixture, "users", &[names.as_slice(), &["users_id_not_null"]].concat())
            .await?;

        let before = fixture.catalog().await?;
        fixture.runner(&HISTORY).await?.expand().await?;
        let names =
            ["accounts_balance_not_null", "accounts_handle_not_null", "accounts_id_not_null"];
        expect_names(&fixture, "accounts", &[names.as_slice(), &["has %I", "has 'mail'"]].concat())
            .await?;
        fixture.runner(&HISTORY).await?.undo("m0005_table").await?;
        let undone = fixture.catalog().await?;
        catalog::expect_equal(("before", &before), ("undone", &undone))
    })
}

/// PostgreSQL shortens what is too long for a name, and splits no character.
#[test]
fn a_derived_name_is_known() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("not_null_derived").await?;
        fixture.runner(&until("m0001_base")?).await?.migrate().await?;
        let characters = ["a", "é", "€"].into_iter().flat_map(|one| {
            [(1, 1), (20, 21), (9, 21), (21, 9), (13, 14), (21, 21)].map(|sizes| (one, sizes))
        });
        let bytes = [(26, 63), (27, 27), (63, 63), (63, 26), (63, 27), (53, 1)];
        for (letter, (table, column)) in characters.chain(bytes.map(|sizes| ("b", sizes))) {
            let (table, column) = (letter.repeat(table), letter.repeat(column));
            fixture
                .db
                .batch_execute(&format!("create table {table} ({column} integer not null)"))
                .await?;
            let rows = fixture.db.query(UNLIKE, &[&table]).await?;
            if let Some(row) = rows.first() {
                fail!("{} is derived, not {}", row.get::<_, &str>(0), row.get::<_, &str>(1));
            }
            // Another's would have a number behind it.
            fixture.db.batch_execute(&format!("drop table {table}")).await?;
        }
        Ok(())
    })
}
