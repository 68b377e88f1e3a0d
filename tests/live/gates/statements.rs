//! What clients still run holds the contract that takes it away, where the server counts it.

use std::time::Duration;

use changeover::testing::Server;
use changeover::{Builder, Changeover, Check, Severity, Threshold};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

use crate::gates::outside::HISTORY;

const OLD: &str = "select id from users where username = 'Ada Lovelace'";

/// A server that counts statements; none where its build cannot.
pub(crate) async fn counting() -> Result<Option<Server>, Failure> {
    let mut server = Server::start_own().await?;
    let fixture = Fixture::on(&server, "counting").await?;
    let can =
        "select exists (select from pg_available_extensions where name = 'pg_stat_statements')";
    if !fixture.holds(can).await? {
        eprintln!("not tried: this build of PostgreSQL has no pg_stat_statements");
        return Ok(None);
    }
    let load = "alter system set shared_preload_libraries = 'pg_stat_statements'";
    fixture.db.batch_execute(load).await?;
    server.crash().await?;
    server.restart().await?;
    Ok(Some(server))
}

/// A database in which the rename has run and the extension is there, in a schema of its own.
async fn migrated(server: &Server, name: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::on(server, name).await?;
    fixture
        .db
        .batch_execute(
            "do $$ begin
                 execute format('alter database %I set pg_stat_statements.track = ''all''',
                     current_database());
             end $$;
             create schema \"Counts of all\";
             create extension pg_stat_statements schema \"Counts of all\"",
        )
        .await?;
    let Some(base) = HISTORY.until("m0001_users") else { fail!("no such migration") };
    fixture.runner(&base).await?.migrate().await?;
    fixture.db.batch_execute("insert into users (username) values ('Grace Hopper')").await?;
    fixture.runner(&HISTORY).await?.migrate().await?;
    Ok(fixture)
}

fn refusing() -> Builder {
    Fixture::builder(&HISTORY).preflight(Check::Statement, Severity::Wait)
}

async fn strict(url: &str) -> Result<Changeover, Failure> {
    Ok(refusing().connect(url).await?)
}

/// What holds the contract; empty where it has run.
async fn held(mut runner: Changeover) -> Result<String, Failure> {
    match runner.contract().await {
        Ok(_) => Ok(String::new()),
        Err(error) if error.is_gate_held() => {
            let by: Vec<String> =
                error.report().waiting.iter().flat_map(|held| held.by.clone()).collect();
            Ok(by.join("\n"))
        }
        Err(error) => fail!("another error: {error}"),
    }
}

/// Two hours pass, for all that was noted.
async fn pass(fixture: &Fixture) -> Result<(), Failure> {
    let age = "update changeover.statements
               set seen_at = seen_at - interval '2 h', grew_at = grew_at - interval '2 h'";
    Ok(fixture.db.batch_execute(age).await?)
}

fn expect(held: &str, parts: &[&str]) -> Result<(), Failure> {
    match parts.iter().find(|part| !held.contains(**part)) {
        Some(part) => fail!("not held by `{part}`: {held}"),
        None => Ok(()),
    }
}

#[test]
fn a_statement_holds_the_contract_until_it_has_not_run_for_long() -> Result<(), Failure> {
    block_on(async {
        let Some(server) = counting().await? else { return Ok(()) };
        let fixture = migrated(&server, "recent").await?;
        fixture.db.batch_execute(OLD).await?;

        let first = held(strict(fixture.url()).await?).await?;
        expect(&first, &[r#""public"."users"."username""#, "nobody knows when", "select id from"])?;
        if first.contains("Lovelace") {
            fail!("a value is shown: {first}");
        }
        fixture.db.batch_execute(OLD).await?;
        let again = held(strict(fixture.url()).await?).await?;
        expect(&again, &["was last seen to run"])?;
        pass(&fixture).await?;
        fixture.db.batch_execute(OLD).await?;
        expect(&held(strict(fixture.url()).await?).await?, &["was last seen to run"])?;

        // What the runner and its triggers do with the column is no use of it.
        pass(&fixture).await?;
        fixture.runner(&HISTORY).await?.undo("m0003_contract").await?;
        fixture.runner(&HISTORY).await?.undo("m0002_rename").await?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        fixture.db.batch_execute("insert into users (display_name) values ('Emmy')").await?;
        let last = held(strict(fixture.url()).await?).await?;
        if !last.is_empty() {
            fail!("held by what has not run: {last}");
        }
        fixture.db.batch_execute("drop schema \"Counts of all\" cascade").await?;
        fixture.expect_model(&HISTORY).await
    })
}

#[test]
fn statements_are_told_by_default() -> Result<(), Failure> {
    block_on(async {
        let Some(server) = counting().await? else { return Ok(()) };
        for (severity, told) in [(Severity::Warn, true), (Severity::Ignore, false)] {
            let fixture = migrated(&server, "told").await?;
            fixture.db.batch_execute(OLD).await?;
            let mut builder = Fixture::builder(&HISTORY);
            if severity == Severity::Ignore {
                builder = builder.preflight(Check::Statement, severity);
            }
            let report = builder.connect(fixture.url()).await?.contract().await?;
            let names = |what: &str| what.contains("select id from");
            if report.findings.iter().any(|found| names(&found.what)) != told {
                fail!("{severity}: {:?}", report.findings);
            }
        }
        Ok(())
    })
}

#[test]
fn what_is_hidden_is_not_taken_for_nothing() -> Result<(), Failure> {
    block_on(async {
        let Some(server) = counting().await? else { return Ok(()) };
        let fixture = Fixture::on(&server, "hidden").await?;
        fixture
            .db
            .batch_execute(
                "create role runner login;
                 do $$ begin
                     execute format('grant all on database %I to runner', current_database());
                 end $$;
                 grant all on schema public to runner;
                 create extension pg_stat_statements",
            )
            .await?;
        let url = fixture.url().replace("postgres@", "runner@");
        let mut runner = Fixture::builder(&HISTORY).connect(&url).await?;
        runner.migrate().await?;
        fixture.db.batch_execute(OLD).await?;
        expect(&held(strict(&url).await?).await?, &["are hidden", "pg_read_all_stats"])?;
        fixture.db.batch_execute("grant pg_read_all_stats to runner").await?;
        expect(&held(strict(&url).await?).await?, &["select id from users"])?;
        let quiet = refusing().threshold(Threshold::QuietTime(Duration::ZERO));
        let none = held(quiet.connect(&url).await?).await?;
        if !none.is_empty() {
            fail!("held by what is past: {none}");
        }
        Ok(())
    })
}

/// The extension without its library gives an error, which is nobody's use of anything.
#[test]
fn an_extension_that_does_not_count_holds_nothing() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("not_counting").await?;
        let Ok(()) = fixture.db.batch_execute("create extension pg_stat_statements").await else {
            eprintln!("not tried: this build of PostgreSQL has no pg_stat_statements");
            return Ok(());
        };
        fixture.runner(&HISTORY).await?.migrate().await?;
        strict(fixture.url()).await?.contract().await?;
        fixture.db.batch_execute("drop extension pg_stat_statements").await?;
        fixture.expect_model(&HISTORY).await
    })
}
