//! Runners and services that are no superusers, with no more rights than they need.

use changeover::{Error, ErrorKind, Migrations};
use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::{Failure, block_on, connect, fail, ops, run};
use tokio_postgres::NoTls;

const HISTORY: &Migrations = &ops::rename_column::HISTORY;

/// Far more than a role can lack.
const TRIES: usize = 120;

/// Beside what [`changeover::grants::runner`] gives.
const RIGHTS: &[&str] = &[];

/// To pass on what is the owner's of the database.
const ON_SCHEMA: &[&str] = &["grant usage on schema public to $runner with grant option"];

/// For schemas, extensions and publications.
const ON_DATABASE: &[&str] = &["grant create on database $database to $runner"];

/// Of each kind of work one, and those that change owners and rights themselves.
const USUAL: [&str; 12] = [
    "add_foreign_key",
    "add_identity",
    "attach_partition",
    "change_type",
    "create_extension",
    "drop_enum_value",
    "enable_row_level_security",
    "grant",
    "rename_column",
    "rename_table",
    "replace_view",
    "split_column",
];

/// The life of an operation as its own test has it, but for the roles: `CHANGEOVER_ROLES=all`
/// takes them all.
#[test]
fn a_runner_of_least_rights_carries_operations_out_under_clients_of_none() -> Result<(), Failure> {
    let all = std::env::var("CHANGEOVER_ROLES").is_ok_and(|which| which == "all");
    for (name, scenario) in ops::ALL {
        if !all && !USUAL.contains(name) {
            continue;
        }
        let on_database = ["_schema", "_extension", "sql"].iter().any(|end| name.ends_with(end));
        let rights = match *name {
            "grant" => ON_SCHEMA,
            _ if on_database => ON_DATABASE,
            _ => RIGHTS,
        };
        block_on(run::run(&scenario().with_rights(rights), name))?;
    }
    Ok(())
}

/// A role that begins with no right at all gets by on those that the errors name, one run after
/// the other.
#[test]
fn an_error_names_the_grants_that_are_missing() -> Result<(), Failure> {
    let own = "alter table users owner to postgres";
    let forced = "alter table users owner to postgres; \
                  alter table users enable row level security, force row level security";
    let others = "create role $database_owner; grant create on schema public to $database_owner; \
                  alter table users owner to $database_owner";
    for (name, before, expected) in [
        ("denied_own", own, "alter table public.users owner to"),
        ("denied_forced", forced, "bypassrls"),
        ("denied_others", others, "alter table public.users owner to"),
        (
            "denied_fresh",
            "drop table users; drop schema changeover cascade",
            "create schema changeover",
        ),
    ] {
        block_on(gets_by(name, before, expected)).map_err(|failure| failure.during(name))?;
    }
    Ok(())
}

async fn gets_by(name: &str, before: &str, expected: &str) -> Result<(), Failure> {
    let fixture = Fixture::new(name).await?;
    let Some(base) = HISTORY.until("m0001_base") else { fail!("the history has no base") };
    fixture.runner(&base).await?.migrate().await?;
    fixture.db.batch_execute("insert into users (username) values ('a'), ('b')").await?;
    let roles = Roles::make(&fixture.db, fixture.url()).await?;
    fixture.db.batch_execute("revoke all on schema public from public").await?;
    fixture.db.batch_execute(&before.replace("$database", roles.database())).await?;
    let (mut given, mut said) = (Vec::new(), false);
    while let Err(error) = roles.start(HISTORY).await?.contract().await {
        let owned =
            format!("note: table public.users belongs to role `{}_owner`", roles.database());
        said |= error.to_string().contains(&owned);
        for grant in grants(&error)? {
            if given.contains(&grant) {
                fail!("`{grant}` was given and is not enough: {error}");
            }
            fixture.db.batch_execute(&grant).await?;
            given.push(grant);
        }
        if given.len() > TRIES {
            fail!("there is no end of grants: {given:?}");
        }
    }
    if !given.iter().any(|grant| grant.contains(expected)) {
        fail!("no `{expected}` in {given:?}");
    }
    if said != before.contains("_owner") || given.iter().any(|one| one.starts_with("grant t_")) {
        fail!("said whose the table is: {said}, {given:?}");
    }
    let owner = format!("{}_owner", roles.database());
    if before.contains("create role") {
        fixture
            .db
            .batch_execute(&format!("drop owned by {owner} cascade; drop role {owner}"))
            .await?;
    }
    roles.drop().await
}

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key, name: text });
        create_table!(orders { id: bigint identity primary_key, customer_id: bigint, note: text });
        add_index!(orders(customer_id));
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_foreign_key!(orders.customer_id => customers.id, fill = "null");
        rename_column!(orders.note => remark);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_change;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    static ORDERS = [m0001_base, m0002_change, m0003_contract];
}

/// A trigger asks for rows that policies hide from the client, and that it has no right to read.
#[test]
fn a_client_needs_rights_on_its_own_columns_alone() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("own_columns").await?;
        let roles = Roles::make(&fixture.db, fixture.url()).await?;
        let Some(base) = ORDERS.until("m0001_base") else { fail!("the history has no base") };
        let Some(change) = ORDERS.until("m0002_change") else { fail!("it has no change") };
        for statement in changeover::grants::runner(roles.runner(), &["public"]) {
            fixture.db.batch_execute(&statement).await?;
        }
        roles.start(&base).await?.migrate().await?;
        let app = roles.app();
        let narrow = format!(
            "insert into customers (name) values ('c'); \
             alter table customers enable row level security; \
             alter table orders enable row level security; \
             create policy own on orders to {app} using (true) with check (true); \
             revoke all on schema public from public; grant usage on schema public to {app}; \
             grant insert (customer_id, note), update (customer_id, note) on orders to {app}"
        );
        fixture.db.batch_execute(&narrow).await?;
        roles.start(&change).await?.migrate().await?;
        let client = connect(fixture.url(), "client").await?;
        client.batch_execute(&format!("set role {app}")).await?;
        let write = "insert into orders (customer_id, note) values (1, 'is there'), (7, 'is not');
                     update orders set note = 'written'";
        client.batch_execute(write).await?;
        let right = "select count(*) from orders where remark = 'written'
            and customer_id is not distinct from case when id % 2 = 1 then 1 end";
        if fixture.count(right).await? != 2 {
            fail!("the trigger did not find what is there, or found what is not");
        }
        roles.start(&ORDERS).await?.contract().await?;
        drop(client);
        roles.drop().await
    })
}

/// What a lease takes, and no more: the two functions write where the role itself cannot.
#[test]
fn an_instance_holds_a_lease_with_the_rights_of_an_instance() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("instance").await?;
        let roles = Roles::make(&fixture.db, fixture.url()).await?;
        let Some(change) = ORDERS.until("m0002_change") else { fail!("it has no change") };
        fixture.runner(&change).await?.migrate().await?;
        let start = async || -> Result<changeover::Changeover, Failure> {
            let builder = Fixture::builder(&change).finishes(false);
            Ok(builder.connect_with(roles.app_config()?, NoTls).await?)
        };
        match start().await?.hold_lease().await {
            Err(error)
                if error.kind() == ErrorKind::Denied || error.kind() == ErrorKind::Statement => {}
            _ => fail!("a role without rights has a lease, or is told something else"),
        }
        for statement in changeover::grants::instance(roles.app(), "harness") {
            fixture.db.batch_execute(&statement).await?;
        }
        let lease = start().await?.hold_lease().await?;
        lease.ready(std::time::Duration::from_secs(10)).await?;
        if lease.phase_of("m0002_change")?.state() != changeover::State::Migrated {
            fail!("the phase cannot be seen");
        }
        let status = start().await?.status().await?.to_string();
        if fixture.count("select count(*) from changeover.instances").await? != 1 {
            fail!("there is no lease: {status}");
        }
        let refused = "update changeover.instances set head = 'm0003_contract'";
        let client = connect(fixture.url(), "client").await?;
        client.batch_execute(&format!("set role {}", roles.app())).await?;
        if client.batch_execute(refused).await.is_ok() {
            fail!("the role may write leases that are not its own");
        }
        lease.release().await;
        if fixture.count("select count(*) from changeover.instances").await? != 0 {
            fail!("the lease was not given back");
        }
        match start().await?.migrate().await {
            Err(error) if error.kind() == ErrorKind::Denied => {}
            other => fail!("a role without rights runs migrations: {other:?}"),
        }
        drop(client);
        roles.drop().await
    })
}

/// The statements of an error's last line.
fn grants(error: &Error) -> Result<Vec<String>, Failure> {
    let message = error.to_string();
    let help = message
        .lines()
        .last()
        .and_then(|line| line.strip_prefix("help: as a superuser or the owner, "));
    let Some(help) = help.filter(|_| error.kind() == ErrorKind::Denied) else {
        fail!("no grant is named: {error:?}")
    };
    Ok(help.split("; ").map(|one| one.trim_matches('`').to_owned()).collect())
}
