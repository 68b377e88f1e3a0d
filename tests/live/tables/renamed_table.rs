//! A renamed table under its old name: rights and row-level security hold, and what the service
//! leaves out is filled in.

use changeover::Migrations;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, chain, connect, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            tenant: text not_null default sql("current_user"),
            secret: text not_null default "s",
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_table!(users => billing.accounts);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_change;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_change, m0003_contract];
}

const RIGHTS: &str =
    "create role renamed_writer; create role renamed_reader; create schema billing;
    grant select, insert, update, delete on users to renamed_writer;
    grant select (id, tenant) on users to renamed_reader with grant option;
    grant usage on schema billing to public";
const ROW_SECURITY: &str = "alter table users enable row level security;
    create policy own on users using (tenant = current_user)";
const WHOLE_ROWS: &str = "revoke select (id, tenant) on users from renamed_reader;
    grant select on users to renamed_reader";
const NO_ROLES: &str = "drop owned by renamed_writer, renamed_reader;
    drop role renamed_writer, renamed_reader";

#[test]
fn a_table_under_its_old_name_has_its_rights() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("renamed_table").await?;
        let Some(base) = HISTORY.until("m0001_base") else { fail!("no such migration") };
        fixture.runner(&base).await?.migrate().await?;
        fixture.db.batch_execute(RIGHTS).await?;
        let outcome = renamed(&fixture).await;
        fixture.db.batch_execute(NO_ROLES).await?;
        outcome
    })
}

async fn renamed(fixture: &Fixture) -> Result<(), Failure> {
    let Some(change) = HISTORY.until("m0002_change") else { fail!("no such migration") };
    fixture.runner(&change).await?.migrate().await?;
    check_rights(fixture, 2, true).await?;
    fixture.runner(&change).await?.undo("m0002_change").await?;

    fixture.db.batch_execute(ROW_SECURITY).await?;
    refuses(fixture, &change).await?;
    fixture.db.batch_execute(WHOLE_ROWS).await?;
    let modern = "select current_setting('server_version_num')::integer >= 150000";
    if !fixture.holds(modern).await? {
        return refuses(fixture, &change).await;
    }
    fixture.runner(&change).await?.migrate().await?;
    check_rights(fixture, 1, false).await?;
    fixture.runner(&HISTORY).await?.contract().await?;
    if fixture.count("select count(*) from billing.accounts").await? != 3 {
        fail!("rows are lost");
    }
    Ok(())
}

async fn refuses(fixture: &Fixture, history: &Migrations) -> Result<(), Failure> {
    match fixture.runner(history).await?.migrate().await {
        Err(error) if chain(&error).contains("view would pass the row-level") => Ok(()),
        Err(error) => fail!("another error: {error}"),
        Ok(_) => fail!("row-level security is passed by"),
    }
}

/// What the roles can do under the old name; the writer sees so many rows.
async fn check_rights(fixture: &Fixture, visible: i64, columns: bool) -> Result<(), Failure> {
    let db = connect(fixture.url(), "renamed").await?;
    db.batch_execute("insert into users (secret) values ('own'); set role renamed_writer").await?;
    db.batch_execute("delete from users where secret = 'mine'").await?;
    db.batch_execute("insert into users (secret) values ('mine')").await?;
    let seen: i64 = db.query_one("select count(*) from users", &[]).await?.get(0);
    if seen != visible {
        fail!("the writer sees {seen} rows, not {visible}");
    }
    db.batch_execute("reset role; set role renamed_reader").await?;
    db.batch_execute("select id, tenant from users").await?;
    if columns && db.batch_execute("select secret from users").await.is_ok() {
        fail!("the reader sees the secret");
    }
    if db.batch_execute("delete from users").await.is_ok() {
        fail!("the reader deletes");
    }
    Ok(())
}
