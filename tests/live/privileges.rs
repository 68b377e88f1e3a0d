//! Runners and services that are no superusers, with no more rights than they need.

use changeover::{Error, Migrations};
use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::{Failure, block_on, fail, ops, run};

const HISTORY: &Migrations = &ops::rename_column::HISTORY;

/// Far more than a role can lack.
const TRIES: usize = 40;

/// Beside what [`changeover::grants::runner`] gives.
const RIGHTS: &[&str] = &[];

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
        let rights = if on_database { ON_DATABASE } else { RIGHTS };
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
                  alter table users owner to $database_owner; \
                  alter schema changeover owner to $database_owner; \
                  alter table changeover.migrations owner to $database_owner; \
                  alter table changeover.steps owner to $database_owner; \
                  alter table changeover.upgrades owner to $database_owner";
    for (name, before, expected) in [
        ("denied_own", own, "alter table public.users owner to"),
        ("denied_forced", forced, "bypassrls"),
        ("denied_others", others, "_owner to"),
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
    let mut given = Vec::new();
    while let Err(error) = roles.start(HISTORY).await?.contract().await {
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
    let owner = format!("{}_owner", roles.database());
    if before.contains("create role") {
        fixture
            .db
            .batch_execute(&format!("drop owned by {owner} cascade; drop role {owner}"))
            .await?;
    }
    roles.drop().await
}

/// The statements of an error's last line.
fn grants(error: &Error) -> Result<Vec<String>, Failure> {
    let message = error.to_string();
    let help = message
        .lines()
        .last()
        .and_then(|line| line.strip_prefix("help: as a superuser or the owner, "));
    let Some(help) = help.filter(|_| error.is_denied()) else {
        fail!("no grant is named: {error:?}")
    };
    Ok(help.split("; ").map(|one| one.trim_matches('`').to_owned()).collect())
}
