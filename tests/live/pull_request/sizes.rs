//! Sizes that were kept as a file tell what the database itself would.

use changeover::testing::Server;
use changeover::{Changeover, Forecast, Gate, StepForecast, review};
use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::roll_out::MIGRATIONS;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, connect, fail};
use serde_json::Value;

use super::repository::{Repository, expect_all};
use crate::command_line::process::{called, failure};

const ROWS: u32 = 12_000;

fn steps(forecast: &Forecast, id: &str) -> Vec<StepForecast> {
    let of = forecast.migrations.iter().filter(|migration| migration.id == id);
    of.flat_map(|migration| &migration.phases).flat_map(|phase| phase.steps.clone()).collect()
}

#[test]
fn a_forecast_from_the_file_is_that_of_the_database() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("stats_same", ROWS).await?;
        let rate = "insert into changeover.migrations (history, id, position, state) \
                    values ('other', 'm0001', 0, 'migrated'); \
                    insert into changeover.steps (history, migration, phase, ordinal, sql, state, \
                    rows, attempts, started_at, finished_at) values ('other', 'm0001', 'migrate', 1, \
                    'update', 'done', 20000, 1, now() - interval '70 s', now())";
        fixture.db.batch_execute(rate).await?;
        fixture.db.batch_execute("vacuum analyze users").await?;
        let ended = called(fixture.url(), "stats")?;
        let kept = review::Statistics::from_json(&ended.out).map_err(failure)?;
        if ended.code != Some(0)
            || kept.rows_per_second != Some(286)
            || kept.server_version < 140_000
        {
            fail!("{}{}", ended.out, ended.err);
        }
        let told = fixture.runner(&RENAME_HISTORY).await?.forecast().await?;
        let from_file = review::forecast(&RENAME_HISTORY, &kept);
        let head = told.migrations.first().map(|first| first.id.clone()).unwrap_or_default();
        let (same, other) = (steps(&told, &head), steps(&from_file, &head));
        if same.is_empty()
            || same != other
            || !same.iter().any(|step| step.rows == Some(ROWS.into()))
        {
            fail!("{told}\n{from_file}");
        }
        Ok(())
    })
}

#[test]
fn a_role_that_may_only_connect_takes_it_and_no_value_is_in_it() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("stats_role", 100).await?;
        let secret = "insert into users (username) select 'only-here' from generate_series(1, 500); \
                      create table notes (note text); insert into notes values ('only-here'); \
                      create table \"Od\"\"d\" (id bigint); create temp table own (id bigint); \
                      analyze users; analyze notes";
        fixture.db.batch_execute(secret).await?;
        let roles = Roles::make(&fixture.db, fixture.url()).await?;
        let config = roles.app_config()?;
        let take = async |all: bool| {
            let builder = Changeover::builder(&RENAME_HISTORY).app("harness");
            let mut changeover =
                builder.connect_with(config.clone(), tokio_postgres::NoTls).await?;
            changeover.statistics(all).await
        };
        let (some, all) = (take(false).await, take(true).await);
        let name = roles.app();
        roles.drop().await?;
        let (some, all) = (some?.to_json(), all?.to_json());
        expect_all(&some, &["\\\"users\\\"", "\"rows\": 600"])?;
        expect_all(&all, &["\\\"users\\\"", "\"rows\": 600", "\\\"notes\\\"", r#"\"Od\"\"d\""#])?;
        let has = |part: &str| some.contains(part) || all.contains(part);
        if some.contains("notes") || has("only-here") || has(name) || has("\\\"own\\\"") {
            fail!("{some}{all}");
        }
        let all: Value = serde_json::from_str(&all).map_err(failure)?;
        let twice = all["tables"].as_array().map(|tables| {
            tables.iter().filter(|table| table["name"] == "\"public\".\"users\"").count()
        });
        if twice != Some(1) {
            fail!("{all:#}");
        }
        Ok(())
    })
}

#[test]
fn a_replica_does_as_well() -> Result<(), Failure> {
    block_on(async {
        let mut server = Server::start_own().await?;
        let mut fixture = Fixture::on(&server, "stats_replica").await?.users(3000).await?;
        fixture.db.batch_execute("vacuum analyze users").await?;
        let standby = server.standby().await?;
        fixture.follow(&server).await?;
        fixture.db.batch_execute("create table replayed ()").await?;
        let replayed = "select count(*) = 1 from pg_stat_replication \
                        where replay_lsn = pg_current_wal_lsn()";
        fixture.wait_until(replayed).await?;
        let name: String = fixture.db.query_one("select current_database()", &[]).await?.get(0);
        let url = standby.url(&name);
        let on_standby = connect(&url, "fixture").await?;
        let is_standby: bool =
            on_standby.query_one("select pg_is_in_recovery()", &[]).await?.get(0);
        let ended = called(&url, "stats")?;
        if !is_standby || ended.code != Some(0) || !ended.out.contains("\"rows\": 3000") {
            fail!("{}{}", ended.out, ended.err);
        }
        Ok(())
    })
}

/// With a database, what is found there is told, too.
#[test]
fn a_database_gives_its_sizes_and_what_is_found_in_it() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("stats_url").await?;
        let repository = Repository::new("url")?;
        repository.branch()?;
        let review = format!("review --format markdown --url {}", fixture.url());
        let told = repository.schema(&review)?;
        expect_all(&told, &["3 migrations, `m0001_create_users`", "the database that was asked"])?;
        let builder = Changeover::builder(&MIGRATIONS).gate(Gate::Manual);
        let mut runner = builder.connect(fixture.url()).await?;
        runner.migrate().await?;
        runner.contract().await?;
        let told = repository.schema(&format!("{review} --since main"))?;
        expect_all(&told, &["has run in that database already"])?;
        let old = repository.read("changeover-stats.json")?.replace("2999", "2001");
        repository.write("changeover-stats.json", &old)?;
        let told = repository.schema("review --format markdown --stats changeover-stats.json")?;
        expect_all(&told, &["The sizes are of 2001-01-01: tables may have grown since."])
    })
}
