//! What a role of few rights is told, and does without.

use changeover::testing::Server;
use changeover::{Changeover, Error, ErrorKind};
use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::{Failure, block_on, connect, fail};

mod m0001_baseline {
    changeover::migration! {
        baseline;
        create_table!(users { id: bigint primary_key, name: text not_null });
        create_view!(names, "select name from users");
    }
}

changeover::migrations! {
    static HISTORY = [m0001_baseline];
}

const THEIRS: &str = "create table users (id bigint primary key, name text not null);
    create view names as select name from users;";

/// A role that owns the tables and may make nothing on the database.
async fn poor(name: &str) -> Result<(Fixture, Roles), Failure> {
    let fixture = Fixture::new(name).await?;
    fixture.db.batch_execute(THEIRS).await?;
    let roles = Roles::make(&fixture.db, fixture.url()).await?;
    let own = ["alter table users owner to $runner", "alter view names owner to $runner"];
    roles.give(&fixture.db, &own).await?;
    Ok((fixture, roles))
}

fn expect_grant<T: std::fmt::Debug>(
    outcome: Result<T, Error>,
    roles: &Roles,
    also: Option<&str>,
) -> Result<(), Failure> {
    let grant = format!("`grant create on database {} to {}`", roles.database(), roles.runner());
    match outcome {
        Err(error)
            if error.kind() == ErrorKind::Denied
                && error.to_string().contains(&grant)
                && error.to_string().contains("check_with") == also.is_some() =>
        {
            Ok(())
        }
        other => fail!("not refused with {grant}: {other:?}"),
    }
}

#[test]
fn a_role_that_may_make_no_schema_is_told_what_to_grant() -> Result<(), Failure> {
    block_on(async {
        let (fixture, roles) = poor("poor").await?;
        let mut runner = roles.start(&HISTORY).await?;
        let outcome = told(&fixture, &roles, &mut runner).await;
        drop(runner);
        roles.drop().await?;
        outcome
    })
}

async fn told(fixture: &Fixture, roles: &Roles, runner: &mut Changeover) -> Result<(), Failure> {
    expect_grant(runner.migrate().await, roles, None)?;
    expect_grant(runner.check().await, roles, Some("check_with"))?;
    let grant = format!("grant create on database {} to {}", roles.database(), roles.runner());
    fixture.db.batch_execute(&grant).await?;
    let report = runner.migrate().await?;
    if !report.phases.is_empty() {
        fail!("it was not adopted: {report}");
    }
    let comparison = runner.check().await?;
    if !comparison.is_clean() || !comparison.unbuilt.is_empty() {
        fail!("{comparison}");
    }
    fixture.db.batch_execute(&grant.replace("grant", "revoke").replace(" to ", " from ")).await?;
    expect_grant(runner.check().await, roles, Some("check_with"))
}

#[test]
fn another_database_stands_in_for_the_right() -> Result<(), Failure> {
    block_on(async {
        let (fixture, roles) = poor("poor_shadow").await?;
        let mut runner = roles.start(&HISTORY).await?;
        let outcome = with_another(&fixture, &mut runner).await;
        drop(runner);
        roles.drop().await?;
        outcome
    })
}

async fn with_another(fixture: &Fixture, runner: &mut Changeover) -> Result<(), Failure> {
    let other = Server::shared().await?.database("shadow").await?;
    let mut shadow = connect(other.url(), "shadow").await?;
    let comparison = runner.check_with(&mut shadow).await?;
    if !comparison.is_clean() || !comparison.unbuilt.is_empty() {
        fail!("{comparison}");
    }
    fixture.db.batch_execute("alter table users add column nick text").await?;
    let comparison = runner.check_with(&mut shadow).await?;
    if comparison.differences.len() != 1 {
        fail!("{comparison}");
    }
    let left = "select count(*) from pg_namespace where nspname like 'changeover%'";
    if shadow.query_one(left, &[]).await?.get::<_, i64>(0) != 0 {
        fail!("something stays in the other database");
    }
    Ok(())
}

#[test]
fn a_database_that_only_reads_is_told_of_the_shadow() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("only_reads").await?;
        fixture.db.batch_execute(THEIRS).await?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        let read_only = "do $$ begin execute format('alter database %I set \
            default_transaction_read_only = on', current_database()); end $$";
        fixture.db.batch_execute(read_only).await?;
        match fixture.runner(&HISTORY).await?.check().await {
            Err(error) if error.to_string().contains("check_with") => Ok(()),
            other => fail!("it is not told: {other:?}"),
        }
    })
}
