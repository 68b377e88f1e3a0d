//! Schemas full of functions and operators under PostgreSQL's own names, and of tables under ours.

use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::{Failure, block_on, connect, fail};
use tokio_postgres::Client;

const HOSTILE: &str = include_str!("search_path/hostile.sql");

mod m0001_base {
    changeover::migration! {
        create_enum!(mood { happy, sad });
        create_table!(customers {
            id: bigint identity primary_key,
            number: integer not_null unique,
        });
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null unique,
            full_name: text,
            code: text not_null default "0",
            email: text,
            customer_id: bigint,
            feels: mood,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => display_name);
        split_column!(users.full_name => {
            first: text = "split_part(full_name, ' ', 1)",
            last: text = "split_part(full_name, ' ', 2)",
        }, down = "concat_ws(' ', first, last)");
        change_type!(users.code: integer, up = "code::integer", down = "code::text");
        set_not_null!(users.email, fill = "'unknown'");
        add_foreign_key!(users.customer_id => customers.id, fill = "null");
        add_column!(users.shout: text, fill = "upper(email)");
        drop_enum_value!(mood.sad, replace_by = happy);
        add_index!(users(customer_id));
        add_identity!(customers.number);
    }
}

mod m0003_switch {
    changeover::migration! {
        after super::m0002_change;
        switch!(m0002_change);
    }
}

mod m0004_contract {
    changeover::migration! {
        after super::m0003_switch;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_change, m0003_switch, m0004_contract];
}

/// What builds of before the change do; without an operator, because theirs are not what is tested.
const OLD: &str = "
    insert into public.customers (number) select max(number) + 5000 from public.customers;
    insert into public.users (username, full_name, code, email, customer_id, feels)
        select pg_catalog.concat('u', max(id)), 'Ada L', '7', null, -1, 'sad' from public.users;
    update public.users set full_name = 'Grace H', code = '8', feels = 'sad'";

/// What those of after it do.
const NEW: &str = "
    insert into public.users (display_name, first, last, email, shout, feels)
        select pg_catalog.concat('v', max(id)), 'Ada', 'L', 'e', 's', 'happy' from public.users;
    update public.users set first = 'Joan', last = 'C', feels = 'happy', shout = 's'";

const SEED: &str = "
    insert into public.customers (number) values (1);
    insert into public.users (username, full_name, code, email, customer_id, feels)
        select 'n' || n, 'Alan T', n::text, null, n, 'sad' from generate_series(1, 300) n";

/// One that the server searches before its own.
#[test]
fn a_schema_in_front_of_everything_changes_nothing() -> Result<(), Failure> {
    let hostile = "create schema evil; grant usage on schema evil to public";
    let path = "evil, pg_catalog, public";
    let shadows = format!(
        "set search_path = {path}; create temp table users (id integer); \
         create temp table customers (id integer); create domain pg_temp.text as integer"
    );
    block_on(lives(Hostile {
        name: "hostile_path",
        called: "evil",
        schema: hostile,
        sql: HOSTILE.replace("$schema", "evil").replace("$exact", "true"),
        runner: Some(path),
        client: &shadows,
    }))
}

/// One that is searched last, in which anybody may make functions: as `public` was before 15.
#[test]
fn functions_that_fit_better_in_public_are_not_called() -> Result<(), Failure> {
    block_on(lives(Hostile {
        name: "hostile_public",
        called: "public",
        schema: "grant create on schema public to public",
        sql: HOSTILE.replace("$schema", "public").replace("$exact", "false"),
        runner: None,
        client: "set search_path = pg_catalog",
    }))
}

struct Hostile<'a> {
    name: &'a str,
    /// Where its functions are.
    called: &'a str,
    schema: &'a str,
    sql: String,
    /// The search path that the runner's role has been given.
    runner: Option<&'a str>,
    /// What a client begins with.
    client: &'a str,
}

async fn lives(hostile: Hostile<'_>) -> Result<(), Failure> {
    let fixture = Fixture::new(hostile.name).await?;
    let roles = Roles::make(&fixture.db, fixture.url()).await?;
    roles.give(&fixture.db, &[hostile.schema]).await?;
    if let Some(path) = hostile.runner {
        let set = format!("alter role {} set search_path = {path}", roles.runner());
        fixture.db.batch_execute(&set).await?;
    }
    fixture.db.batch_execute(&hostile.sql).await?;
    fixture.db.batch_execute("set search_path = pg_catalog").await?;
    run(&roles, "m0001_base").await?.migrate().await?;
    fixture.db.batch_execute(SEED).await?;
    let client = connect(fixture.url(), "client").await?;
    client.batch_execute(&format!("set role {}; {}", roles.app(), hostile.client)).await?;
    story(&roles, &fixture, &client).await?;
    drop(client);
    let called = format!("select is_called from {}.hijacked", hostile.called);
    if fixture.holds(&called).await? {
        fail!("a hostile function was called, and its error caught");
    }
    // Whoever drops what the role owns needs no functions.
    roles.drop().await
}

async fn run(roles: &Roles, until: &str) -> Result<changeover::Changeover, Failure> {
    match HISTORY.until(until) {
        Some(history) => roles.start(&history).await,
        None => fail!("the history has no migration {until}"),
    }
}

/// Forth, back, forth again and over the switch both ways, each build writing wherever it may.
async fn story(roles: &Roles, fixture: &Fixture, client: &Client) -> Result<(), Failure> {
    client.batch_execute(OLD).await?;
    run(roles, "m0002_change").await?.expand().await?;
    client.batch_execute(OLD).await?;
    run(roles, "m0002_change").await?.undo("m0002_change").await?;
    client.batch_execute(OLD).await?;
    run(roles, "m0002_change").await?.migrate().await?;
    for sql in [OLD, NEW] {
        client.batch_execute(sql).await?;
        expect_equal(fixture).await?;
    }
    run(roles, "m0003_switch").await?.contract().await?;
    client.batch_execute(NEW).await?;
    run(roles, "m0003_switch").await?.undo("m0003_switch").await?;
    client.batch_execute(OLD).await?;
    expect_equal(fixture).await?;
    run(roles, "m0004_contract").await?.contract().await?;
    client.batch_execute(NEW).await?;
    let status = run(roles, "m0004_contract").await?.status().await?;
    if status.migrations.iter().any(|one| one.error.is_some()) {
        fail!("{status:?}");
    }
    Ok(())
}

async fn expect_equal(fixture: &Fixture) -> Result<(), Failure> {
    let differing = "select coalesce(string_agg(u::text, '; '), '') from public.users u
        where username is distinct from display_name or shout is null or email is null
        or split_part(full_name, ' ', 1) is distinct from first or feels = 'sad'
        or split_part(full_name, ' ', 2) is distinct from last
        or customer_id not in (select id from public.customers)";
    let rows: String = fixture.db.query_one(differing, &[]).await?.get(0);
    if rows.is_empty() {
        return Ok(());
    }
    fail!("these rows are not what they should be: {rows}")
}
