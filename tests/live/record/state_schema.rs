//! The schema in which we keep our state: made once, and brought up to date in place.

use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, fail};

/// What the schema consists of, and who made it when.
const SHAPE: &str = "
    select string_agg(format('%s.%s %s', a.attrelid::regclass, a.attname, a.atttypid::regtype), ', '
        order by a.attrelid::regclass::text, a.attnum)
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'changeover'::regnamespace and c.relkind = 'r' and a.attnum > 0";

/// From before the schema remembered its upgrades.
const OLDEST: &str = "
    create schema changeover;
    create table changeover.migrations (history text not null, id text not null, parent text,
        position integer not null, state text not null,
        started_at timestamptz not null default now(), finished_at timestamptz,
        primary key (history, id));
    create table changeover.steps (history text not null, migration text not null,
        phase text not null, ordinal integer not null, sql text not null, state text not null,
        cursor text, rows bigint not null default 0, attempts integer not null default 0,
        started_at timestamptz, finished_at timestamptz, error text,
        primary key (history, migration, phase, ordinal),
        foreign key (history, migration) references changeover.migrations (history, id))
        with (fillfactor = 50)";

#[test]
fn a_schema_of_before_becomes_the_one_of_now() -> Result<(), Failure> {
    block_on(async {
        let new = Fixture::with_users("state_new", 10).await?;
        let old = Fixture::new("state_old").await?;
        old.db.batch_execute(OLDEST).await?;
        old.runner(&RENAME_HISTORY).await?.migrate().await?;
        let (new, old) = (shape(&new).await?, shape(&old).await?);
        if new != old {
            fail!("new: {new}\nold: {old}");
        }
        Ok(())
    })
}

#[test]
fn a_schema_whose_upgrades_were_forgotten_keeps_what_it_knows() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("state_forgotten", 100).await?;
        fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        fixture.db.batch_execute("drop table changeover.upgrades").await?;
        let again = fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        if again.phases.iter().any(|one| one.phase <= changeover::Phase::Migrate) {
            fail!("what had run was run again:\n{again}");
        }
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

/// A newer build has been here, and has only added.
#[test]
fn a_schema_that_is_ahead_is_left_as_it_is() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("state_ahead", 100).await?;
        let newer = "insert into changeover.upgrades values (1000);
                     alter table changeover.steps add column newer text";
        fixture.db.batch_execute(newer).await?;
        let before = shape(&fixture).await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        if shape(&fixture).await? != before {
            fail!("the schema was changed: {before}");
        }
        Ok(())
    })
}

/// Made by somebody else, for a role that may not make one.
#[test]
fn a_role_without_rights_on_the_database_needs_only_the_schema() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("state_role").await?;
        let role: String = fixture.db.query_one("select current_database()", &[]).await?.get(0);
        let role = format!("{role}_runner");
        let make = format!(
            "create role {role}; create schema changeover authorization {role}; \
             grant usage, create on schema public to {role}"
        );
        fixture.db.batch_execute(&make).await?;
        let sign = if fixture.url().contains('?') { '&' } else { '?' };
        let url = format!("{}{sign}options=-c%20role%3D{role}", fixture.url());
        let outcome = Fixture::builder(&RENAME_HISTORY).connect(&url).await?.migrate().await;
        // Roles are the server's, and it may not be ours.
        fixture.db.batch_execute(&format!("drop owned by {role}; drop role {role}")).await?;
        outcome.map(drop).map_err(Into::into)
    })
}

#[test]
fn histories_that_meet_in_an_empty_database_make_it_once() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("state_histories").await?;
        let Some(base) = RENAME_HISTORY.until("m0001_base") else { fail!("no such migration") };
        // Its one statement passes in each: the table is no history's twice.
        let empty = changeover::Migrations { migrations: &[], schema: &[], names: &[] };
        let mut runs = tokio::task::JoinSet::new();
        for number in 0..8 {
            let history = if number == 0 { base } else { empty };
            let runner = changeover::Changeover::builder(&history).app(format!("service {number}"));
            let mut runner = runner.connect(fixture.url()).await?;
            runs.spawn(async move { runner.migrate().await });
        }
        while let Some(run) = runs.join_next().await {
            run.map_err(|error| Failure::new(error.to_string()))??;
        }
        match fixture.count("select count(*) - max(version) from changeover.upgrades").await? {
            0 => Ok(()),
            _ => fail!("an upgrade is missing from the record"),
        }
    })
}

async fn shape(fixture: &Fixture) -> Result<String, Failure> {
    Ok(fixture.db.query_one(SHAPE, &[]).await?.get(0))
}
