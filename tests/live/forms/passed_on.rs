//! Rights that the runner's role may not pass on, or not take back: the server only warns.

use changeover::{Check, Error, ErrorKind, Migrations};
use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::{Failure, block_on, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(orders { id: bigint primary_key, note: text });
        create_sequence!(numbers);
        create_function!(total_of(customer: bigint, share: numeric(6, 2)) returns bigint, language = sql,
            body = "select 1::bigint");
    }
}

mod m0002_give {
    changeover::migration! {
        after super::m0001_base;
        add_column!(orders.remark: text);
        grant!(select, insert, update(note) on orders to pg_monitor, public);
        grant!(usage on sequence numbers to pg_monitor);
        grant!(execute on function total_of(bigint, numeric) to pg_monitor);
    }
}

mod m0003_take {
    changeover::migration! {
        after super::m0002_give;
        revoke!(insert, update(note) on orders from pg_monitor);
    }
}

mod m0004_contract {
    changeover::migration! {
        after super::m0003_take;
        contract!(m0003_take);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_give, m0003_take, m0004_contract];
}

mod m0002_halves {
    changeover::migration! {
        after super::m0001_base;
        grant!(select, insert on orders to pg_monitor);
    }
}

changeover::migrations! {
    static HALVES = [m0001_base, m0002_halves];
}

const EVERYTHING: &str = "alter sequence numbers owner to $runner; \
    alter function total_of(bigint, numeric) owner to $runner; alter table orders owner to $runner";

/// What a superuser does to the rights, and what the error has to say; nothing where the run goes
/// through.
const GIVING: [(&str, &str, &[&str]); 7] = [
    ("owner", "", &[]),
    (
        "sequence",
        "alter sequence numbers owner to postgres; grant select on sequence numbers to $runner",
        &["may not pass on usage on sequence \"public\".\"numbers\""],
    ),
    (
        "function",
        "alter function total_of(bigint, numeric) owner to postgres",
        &["may not pass on execute on function \"public\".\"total_of\"(bigint, numeric)"],
    ),
    // It can add a column all the same, by membership that gives nothing else.
    (
        "member",
        "create role $runner_o nologin; grant $runner_o to $runner; \
         grant usage, create on schema public to $runner_o; alter table orders owner to $runner_o",
        &[],
    ),
    (
        "part",
        "alter table orders owner to postgres; grant insert on orders to $runner; \
         grant select, update (note) on orders to $runner with grant option",
        &["may not pass on insert on table \"public\".\"orders\""],
    ),
    (
        "column",
        "alter table orders owner to postgres; \
         grant select, insert on orders to $runner with grant option",
        &["may not pass on update (note) on table \"public\".\"orders\""],
    ),
    (
        "none",
        "alter table orders owner to postgres",
        &["may not pass on select", "insert", "update"],
    ),
];

async fn begin(name: &str) -> Result<(Fixture, Roles), Failure> {
    let fixture = Fixture::new(name).await?;
    let roles = Roles::make(&fixture.db, fixture.url()).await?;
    roles.give(&fixture.db, &[]).await?;
    roles.start(&until("m0001_base")?).await?.migrate().await?;
    Ok((fixture, roles))
}

fn until(id: &str) -> Result<Migrations, Failure> {
    HISTORY.until(id).ok_or_else(|| Failure::new(format!("there is no `{id}`")))
}

/// Asserts that nothing was changed, and that each of these is said.
async fn expect_refused(
    fixture: &Fixture,
    outcome: Result<changeover::Report, Error>,
    before: &str,
    says: &[&str],
) -> Result<(), Failure> {
    let Err(error) = outcome else { fail!("it went through") };
    let message = error.to_string();
    let silent: Vec<&&str> = says.iter().filter(|part| !message.contains(**part)).collect();
    let found = error.report().findings.iter().any(|found| found.check == Check::Privilege);
    if error.kind() != ErrorKind::Preflight || !found || !silent.is_empty() {
        fail!("it does not say {silent:?}: {message}");
    }
    if !message.contains("help: make the runner's role a member of the owner's") {
        fail!("it does not say what to do: {message}");
    }
    if fixture.catalog().await? != before {
        fail!("something was changed");
    }
    Ok(())
}

#[test]
fn what_may_not_be_passed_on_stops_the_phase() -> Result<(), Failure> {
    block_on(async {
        for (name, rights, says) in GIVING {
            gives(name, rights, says).await.map_err(|failure| failure.during(name))?;
        }
        Ok(())
    })
}

async fn gives(name: &str, rights: &str, says: &[&str]) -> Result<(), Failure> {
    let (fixture, roles) = begin(&format!("passed_on_{name}")).await?;
    let as_it_is = |sql: &str| sql.replace("$runner", roles.runner());
    fixture.db.batch_execute(&as_it_is(EVERYTHING)).await?;
    fixture.db.batch_execute(&as_it_is(rights)).await?;
    let before = fixture.catalog().await?;
    let outcome = roles.start(&until("m0002_give")?).await?.migrate().await;
    if says.is_empty() {
        outcome?;
    } else {
        expect_refused(&fixture, outcome, &before, says).await?;
        fixture.db.batch_execute(&as_it_is(EVERYTHING)).await?;
        roles.start(&until("m0002_give")?).await?.migrate().await?;
    }
    let given = "select bool_and(has_table_privilege('pg_monitor', 'orders', p))
        from unnest(array['select', 'insert']) p";
    if !fixture.holds(given).await? {
        fail!("it was not given");
    }
    end(&fixture, roles).await
}

/// Roles that own nothing any more.
async fn end(fixture: &Fixture, roles: Roles) -> Result<(), Failure> {
    let owner = format!("{}_o", roles.runner());
    let has_owner = format!("select exists (select from pg_roles where rolname = '{owner}')");
    if fixture.holds(&has_owner).await? {
        let drop = format!("drop owned by {owner} cascade; drop role {owner}");
        fixture.db.batch_execute(&drop).await?;
    }
    roles.drop().await
}

/// The server takes one role to give all of them: no look at each sees that.
#[test]
fn what_the_server_only_warns_of_is_no_step_that_is_done() -> Result<(), Failure> {
    block_on(async {
        let (fixture, roles) = begin("passed_on_halves").await?;
        let runner = roles.runner();
        let halves = format!(
            "alter table orders owner to postgres; \
             create role {runner}_a nologin; create role {runner}_b nologin; \
             grant {runner}_a, {runner}_b to {runner}; \
             grant select on orders to {runner}_a with grant option; \
             grant insert on orders to {runner}_b with grant option"
        );
        fixture.db.batch_execute(&halves).await?;
        let before = fixture.catalog().await?;
        let Err(error) = roles.start(&HALVES).await?.migrate().await else {
            fail!("the server has only warned, and it is done")
        };
        let message = error.to_string();
        let says = message.contains("pg_monitor has no ")
            && message.contains("help: make the runner's role a member");
        if error.kind() != ErrorKind::Denied || !says {
            fail!("{error:?}: {message}");
        }
        if fixture.catalog().await? != before {
            fail!("a part of it was given");
        }
        fixture
            .db
            .batch_execute(&format!(
                "drop owned by {runner}_a, {runner}_b cascade; drop role {runner}_a, {runner}_b"
            ))
            .await?;
        roles.drop().await
    })
}

#[test]
fn what_may_not_be_taken_back_holds_the_contract() -> Result<(), Failure> {
    block_on(async {
        let (fixture, roles) = begin("taken_back").await?;
        let runner = roles.runner().to_owned();
        roles.start(&until("m0003_take")?).await?.migrate().await?;
        let others = format!(
            "create role {runner}_o nologin; grant insert on orders to {runner}_o with grant option; \
             set role {runner}_o; grant insert on orders to pg_monitor; reset role"
        );
        fixture.db.batch_execute(&others).await?;
        let before = fixture.catalog().await?;
        let contract = async || roles.start(&HISTORY).await;
        let given = format!("pg_monitor has insert on table \"public\".\"orders\" from {runner}_o");
        expect_refused(&fixture, contract().await?.contract().await, &before, &[&given]).await?;
        fixture.db.batch_execute("alter table orders owner to postgres").await?;
        let before = fixture.catalog().await?;
        let outcome = contract().await?.contract().await;
        let says = ["may not take back insert", "may not take back update (note)"];
        expect_refused(&fixture, outcome, &before, &says).await?;
        let mend = format!(
            "alter table orders owner to {runner}; \
             set role {runner}_o; revoke insert on orders from pg_monitor; reset role"
        );
        fixture.db.batch_execute(&mend).await?;
        contract().await?.contract().await?;
        let left = "select exists (select from pg_class c, aclexplode(relacl) a
            where c.oid = 'orders'::regclass and a.grantee = 'pg_monitor'::regrole
            and a.privilege_type = 'INSERT')";
        if fixture.holds(left).await? {
            fail!("it was not taken back");
        }
        end(&fixture, roles).await
    })
}

#[test]
fn what_may_not_be_taken_back_stops_the_way_back() -> Result<(), Failure> {
    block_on(async {
        let (fixture, roles) = begin("given_back").await?;
        let runner = roles.runner().to_owned();
        let build = until("m0002_give")?;
        roles.start(&build).await?.migrate().await?;
        let away = format!(
            "alter sequence numbers owner to postgres; \
             grant usage on sequence numbers to {runner}; grant usage on sequence numbers to pg_monitor"
        );
        fixture.db.batch_execute(&away).await?;
        let before = fixture.catalog().await?;
        match roles.start(&build).await?.undo("m0002_give").await {
            Err(error)
                if error.kind() == ErrorKind::UndoRefused
                    && error.to_string().contains("may not take back usage on sequence") => {}
            other => fail!("{other:?}"),
        }
        if fixture.catalog().await? != before {
            fail!("something was taken back");
        }
        fixture.db.batch_execute(&format!("alter sequence numbers owner to {runner}")).await?;
        roles.start(&build).await?.undo("m0002_give").await?;
        end(&fixture, roles).await
    })
}
