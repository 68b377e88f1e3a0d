//! A baseline that is written in three files, of which a later one completes what an earlier one
//! makes: all of it is adopted at once, or none.

use changeover::ErrorKind;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_tables {
    changeover::migration! {
        baseline;
        create_table!(teams { id: bigint primary_key, name: text not_null });
    }
}

mod m0002_users {
    changeover::migration! {
        after super::m0001_tables;
        baseline;
        create_table!(users { id: bigint primary_key, team_id: bigint });
        set_comment!(table teams, "who works together");
    }
}

mod m0003_rest {
    changeover::migration! {
        after super::m0002_users;
        baseline;
        add_foreign_key!(users.team_id => teams.id, on_delete = cascade);
        set_comment!(column users.team_id, "where they are");
        grant!(select on users to pg_monitor);
    }
}

changeover::migrations! {
    static FIRST = [m0001_tables];
}

changeover::migrations! {
    pub(super) static HISTORY = [m0001_tables, m0002_users, m0003_rest];
}

pub(super) const THEIRS: &str = "
    create table teams (id bigint primary key, name text not null);
    create table users (id bigint primary key, team_id bigint references teams on delete cascade);
    comment on table teams is 'who works together';
    comment on column users.team_id is 'where they are';
    grant select on users to pg_monitor;";

const ADOPTED: &str = "select count(*) from changeover.events where what = 'adopt'";

const RECORDED: &str = "select count(*) from changeover.migrations";

#[test]
fn all_of_them_are_adopted_at_once() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("three_files").await?;
        fixture.db.batch_execute(THEIRS).await?;
        let before = fixture.catalog().await?;
        let mut runner = fixture.runner(&HISTORY).await?;
        let report = runner.migrate().await?;
        if !report.phases.is_empty() || fixture.count(ADOPTED).await? != 3 {
            fail!("they were not adopted: {report}");
        }
        let comparison = runner.check().await?;
        if !comparison.is_clean() || fixture.catalog().await? != before {
            fail!("{comparison}");
        }
        Ok(())
    })
}

/// What is done by hand, and what is said of it. What the third file says is missed, though the
/// first two have all that they make.
const OTHERWISE: [(&str, &str); 6] = [
    ("alter table users drop constraint users_team_id_fkey", "users_team_id_fkey"),
    ("comment on column users.team_id is null", "where they are"),
    ("comment on table teams is 'another'", "who works together"),
    ("revoke select on users from pg_monitor", "pg_monitor"),
    ("drop table users", "missing:\n  table users"),
    ("alter table teams drop column name", "column teams.name"),
];

#[test]
fn what_one_of_them_misses_keeps_all_from_being_adopted() -> Result<(), Failure> {
    block_on(async {
        for (by_hand, word) in OTHERWISE {
            let fixture = Fixture::new("three_files_not").await?;
            fixture.db.batch_execute(THEIRS).await?;
            fixture.db.batch_execute(by_hand).await?;
            let before = fixture.catalog().await?;
            match fixture.runner(&HISTORY).await?.migrate().await {
                Err(error)
                    if error.kind() == ErrorKind::NotAsDeclared
                        && error.to_string().contains(word) => {}
                other => fail!("{by_hand}: {other:?}"),
            }
            if fixture.count(RECORDED).await? != 0 || fixture.catalog().await? != before {
                fail!("{by_hand}: something was done");
            }
        }
        Ok(())
    })
}

#[test]
fn in_an_empty_database_a_run_that_stopped_between_two_goes_on() -> Result<(), Failure> {
    block_on(async {
        for last in ["m0001_tables", "m0002_users"] {
            let fixture = Fixture::new("three_files_empty").await?;
            let Some(first) = HISTORY.until(last) else { fail!("no such migration") };
            fixture.runner(&first).await?.migrate().await?;
            let mut runner = fixture.runner(&HISTORY).await?;
            if runner.migrate().await?.phases.is_empty() || fixture.count(ADOPTED).await? != 0 {
                fail!("after {last}: the rest did not run");
            }
            fixture.expect_model(&HISTORY).await?;
            let comparison = runner.check().await?;
            if !comparison.is_clean() {
                fail!("after {last}: {comparison}");
            }
        }
        Ok(())
    })
}

/// The first files were adopted when they were all that there was to it.
#[test]
fn a_file_that_is_written_later_is_adopted_by_itself_or_runs() -> Result<(), Failure> {
    block_on(async {
        let there = Fixture::new("later_file_there").await?;
        there
            .db
            .batch_execute("create table teams (id bigint primary key, name text not null)")
            .await?;
        there.runner(&FIRST).await?.migrate().await?;
        let rest = THEIRS.replacen(
            "create table teams (id bigint primary key, name text not null);",
            "",
            1,
        );
        let made = Fixture::new("later_file_made").await?;
        made.db
            .batch_execute("create table teams (id bigint primary key, name text not null)")
            .await?;
        made.runner(&FIRST).await?.migrate().await?;
        there.db.batch_execute(&rest).await?;
        for (fixture, adopted) in [(there, 3), (made, 1)] {
            fixture.runner(&HISTORY).await?.migrate().await?;
            if fixture.count(ADOPTED).await? != adopted {
                fail!("not {adopted} were adopted");
            }
            fixture.expect_model(&HISTORY).await?;
        }
        Ok(())
    })
}

#[test]
fn a_history_that_is_cut_between_them_adopts_nothing() -> Result<(), Failure> {
    block_on(async {
        let Some(cut) = HISTORY.until("m0002_users") else { fail!("no cut") };
        let fixture = Fixture::new("cut_files").await?;
        fixture.db.batch_execute(THEIRS).await?;
        match fixture.runner(&cut).await?.migrate().await {
            Err(error)
                if error.kind() == ErrorKind::NotAsDeclared
                    && error.to_string().contains("cut behind the baseline `m0002_users`") => {}
            other => fail!("{other:?}"),
        }
        if fixture.count(RECORDED).await? != 0 {
            fail!("something was recorded");
        }
        // Where it has nothing to compare with, it runs.
        let empty = Fixture::new("cut_empty").await?;
        for history in [&cut, &HISTORY] {
            empty.runner(history).await?.migrate().await?;
        }
        empty.expect_model(&HISTORY).await
    })
}
