//! A concurrent index build that was interrupted leaves an invalid index; the next run mends it.

use changeover::ErrorKind;
use changeover_tests::fixture::{Fixture, Process};
use changeover_tests::sample::{INDEX_HISTORY, PARTITIONED_HISTORY};
use changeover_tests::{Failure, block_on, fail};

const BUILDERS: &str = "from pg_stat_activity
    where query ilike 'create%index concurrently%' and application_name like 'changeover%'
        and datname = current_database()";

#[test]
fn an_invalid_index_is_dropped_and_built_again() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("invalid_index", 2_000).await?;
        let reader = fixture.reader("old-snapshot").await?;
        let migrate = env!("CARGO_BIN_EXE_migrate");
        let process = Process::start(migrate, fixture.url(), "index", "migrate")?;
        let waiting = format!("select exists (select {BUILDERS} and wait_event_type = 'Lock')");
        fixture.wait_until(&waiting).await?;
        process.kill()?;
        fixture.db.execute(&format!("select pg_cancel_backend(pid) {BUILDERS}"), &[]).await?;
        fixture.wait_until(&format!("select not exists (select {BUILDERS})")).await?;
        let invalid = "select count(*) from pg_index where not indisvalid";
        if fixture.count(invalid).await? != 1 {
            fail!("the test made no invalid index");
        }
        reader.batch_execute("commit").await?;

        fixture.runner(&INDEX_HISTORY).await?.migrate().await?;
        fixture.expect_model(&INDEX_HISTORY).await
    })
}

#[test]
fn an_index_build_cancelled_by_an_operator_comes_through_in_the_end() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("cancelled_index", 2_000).await?;
        let reader = fixture.reader("old-snapshot").await?;
        let mut runner = fixture.runner(&INDEX_HISTORY).await?;
        let run = tokio::spawn(async move { runner.migrate().await });
        let waiting = format!("select exists (select {BUILDERS} and wait_event_type = 'Lock')");
        fixture.wait_until(&waiting).await?;
        fixture.db.execute(&format!("select pg_cancel_backend(pid) {BUILDERS}"), &[]).await?;
        reader.batch_execute("commit").await?;

        // Whether the first run tries again or gives up at an operator's word is its own affair.
        let outcome = run.await.map_err(|error| Failure::new(error.to_string()))?;
        if outcome.is_err() {
            fixture.runner(&INDEX_HISTORY).await?.migrate().await?;
        }
        fixture.expect_model(&INDEX_HISTORY).await
    })
}

#[test]
fn an_index_of_somebody_elses_is_never_taken_for_ours() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("taken_index", 10).await?;
        fixture.db.batch_execute("create index users_username_idx on users (note)").await?;
        // The second run must not think that the first began what is there.
        for _ in 0..2 {
            match fixture.runner(&INDEX_HISTORY).await?.migrate().await {
                Err(error) if error.kind() == ErrorKind::NameTaken => {}
                other => fail!("the name is taken: {other:?}"),
            }
        }
        fixture.db.batch_execute("drop index users_username_idx").await?;
        fixture.runner(&INDEX_HISTORY).await?.migrate().await?;
        fixture.expect_model(&INDEX_HISTORY).await
    })
}

/// As a run leaves the record that was killed in the build, whatever it had made by then.
fn killed(way: &str) -> String {
    format!(
        "update changeover.steps set state = '{way}'
         where migration <> 'm0001_base' and migration <> 'm0001_events' and phase = 'migrate';
         update changeover.migrations set state = case '{way}' when 'undoing' then 'undoing'
            else 'migrating' end where id <> 'm0001_base' and id <> 'm0001_events'"
    )
}

/// The name is given to another index between the run that was killed and the next one.
#[test]
fn another_index_of_the_name_is_not_what_a_killed_run_built() -> Result<(), Failure> {
    block_on(async {
        let others = [
            "create table other (username text); create index users_username_idx on other (username)",
            "create table other (username text); insert into other values ('a'), ('a');
             create index users_username_idx on other (username);
             update pg_index set indisvalid = false
                where indexrelid = 'users_username_idx'::regclass",
            "create index users_username_idx on users (note)",
            "create unique index users_username_idx on users (username)",
            "create index users_username_idx on users (username) where username > 'm'",
            "create index users_username_idx on users (username desc)",
            "create index users_username_idx on users (lower(username))",
        ];
        for (number, other) in others.into_iter().enumerate() {
            let fixture = Fixture::with_users(&format!("killed_index_{number}"), 10).await?;
            fixture.runner(&INDEX_HISTORY).await?.migrate().await?;
            let meanwhile =
                format!("drop index users_username_idx; {other}; {}", killed("intended"));
            fixture.db.batch_execute(&meanwhile).await?;
            let oid = "select 'users_username_idx'::regclass::oid::bigint";
            let theirs = fixture.count(oid).await?;
            match fixture.runner(&INDEX_HISTORY).await?.migrate().await {
                Err(error) if error.kind() == ErrorKind::NameTaken => {}
                outcome => fail!("{other}: {outcome:?}"),
            }
            if fixture.count(oid).await? != theirs {
                fail!("{other} was dropped");
            }
            let clear = "drop index users_username_idx; drop table if exists other";
            fixture.db.batch_execute(clear).await?;
            fixture.runner(&INDEX_HISTORY).await?.migrate().await?;
            fixture.expect_model(&INDEX_HISTORY).await?;
        }
        Ok(())
    })
}

#[test]
fn what_a_killed_run_built_is_known_again() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("killed_index_known", 10).await?;
        fixture.runner(&INDEX_HISTORY).await?.migrate().await?;
        fixture.db.batch_execute(&killed("intended")).await?;
        let oid = "select 'users_username_idx'::regclass::oid::bigint";
        let ours = fixture.count(oid).await?;
        fixture.runner(&INDEX_HISTORY).await?.migrate().await?;
        if fixture.count(oid).await? != ours {
            fail!("the index was built again");
        }
        fixture.expect_model(&INDEX_HISTORY).await
    })
}

#[test]
fn an_undo_that_was_killed_drops_no_other_tables_index() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("killed_index_undo", 10).await?;
        fixture.runner(&INDEX_HISTORY).await?.migrate().await?;
        let meanwhile = format!(
            "drop index users_username_idx; create table other (username text);
             create index users_username_idx on other (username); {}",
            killed("undoing")
        );
        fixture.db.batch_execute(&meanwhile).await?;
        let Some(head) = INDEX_HISTORY.head() else { fail!("the history has no head") };
        fixture.runner(&INDEX_HISTORY).await?.undo(head.id).await?;
        let theirs = "select count(*) from pg_index where indrelid = 'other'::regclass";
        match fixture.count(theirs).await? {
            1 => Ok(()),
            _ => fail!("the other table's index was dropped"),
        }
    })
}

#[test]
fn another_tables_index_is_not_a_partitioned_tables() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("killed_index_parts").await?;
        fixture.runner(&PARTITIONED_HISTORY).await?.migrate().await?;
        let name = "select c.relname::text from pg_index x join pg_class c on c.oid = x.indexrelid
            where x.indrelid = 'events'::regclass and not x.indisprimary";
        let name: String = fixture.db.query_one(name, &[]).await?.get(0);
        let meanwhile = format!(
            "drop index {name}; create table other (id bigint); create index {name} on other (id);
             {}",
            killed("intended")
        );
        fixture.db.batch_execute(&meanwhile).await?;
        match fixture.runner(&PARTITIONED_HISTORY).await?.migrate().await {
            Err(error) if error.kind() == ErrorKind::NameTaken => {}
            outcome => fail!("another table's index was taken for ours: {outcome:?}"),
        }
        fixture.db.batch_execute("drop table other").await?;
        fixture.runner(&PARTITIONED_HISTORY).await?.migrate().await?;
        fixture.expect_model(&PARTITIONED_HISTORY).await
    })
}
