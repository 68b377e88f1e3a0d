//! A baseline that was taken from the record of another tool, against databases that the tool has left
//! at that version, elsewhere or nowhere.

use changeover::ErrorKind;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_baseline {
    changeover::migration! {
        baseline(sqlx = "20240312101500");
        create_table!(users { id: bigint primary_key, name: text not_null });
    }
}

changeover::migrations! {
    pub(super) static HISTORY = [m0001_baseline];
}

/// What the baseline declares.
pub(super) const USERS: &str = "create table users (id bigint primary key, name text not null);";

/// The record as the tool makes it.
pub(super) const RECORD: &str = r"
    create table _sqlx_migrations (version bigint primary key, description text not null,
        installed_on timestamptz not null default now(), success boolean not null,
        checksum bytea not null, execution_time bigint not null);";

const OF_THE_BASELINE: &str = r"insert into _sqlx_migrations values
    (20240101000000, 'a', now(), true, '\x', 1), (20240312101500, 'b', now(), true, '\x', 1);";

const EARLIER: &str =
    r"insert into _sqlx_migrations values (20240101000000, 'a', now(), true, '\x', 1);";

/// One that failed is none that it has run.
const LATER_FAILED: &str =
    r"insert into _sqlx_migrations values (20250101000000, 'c', now(), false, '\x', 1);";

const LATER: &str =
    r"insert into _sqlx_migrations values (20250101000000, 'c', now(), true, '\x', 1);";

/// Another shape than the declared one, of which nothing is to be said.
const OTHERWISE: &str = "alter table users drop column name;";

#[test]
fn a_database_at_the_version_of_the_baseline_is_adopted() -> Result<(), Failure> {
    block_on(async {
        for record in [&[OF_THE_BASELINE][..], &[OF_THE_BASELINE, LATER_FAILED]] {
            let fixture = Fixture::new("older_same").await?;
            fixture.db.batch_execute(&[&[USERS, RECORD], record].concat().concat()).await?;
            let report = fixture.runner(&HISTORY).await?.migrate().await?;
            let adopted = "select count(*) from changeover.events where what = 'adopt'";
            if !report.phases.is_empty() || fixture.count(adopted).await? != 1 {
                fail!("it was not adopted: {report}");
            }
        }
        Ok(())
    })
}

#[test]
fn another_version_is_refused_with_both_before_anything_is_compared() -> Result<(), Failure> {
    block_on(async {
        for (record, words) in [
            (&[RECORD, EARLIER][..], &["20240101000000", "20240312101500"][..]),
            (&[RECORD, OF_THE_BASELINE, LATER], &["20250101000000", "20240312101500"]),
            (&[RECORD], &["`sqlx` has run nothing in it", "20240312101500"]),
            (&[RECORD, LATER_FAILED], &["`sqlx` has run nothing in it"]),
            (&[], &["it has no record of `sqlx`", "write `baseline;`"]),
        ] {
            let fixture = Fixture::new("older_other").await?;
            fixture.db.batch_execute(&[&[USERS, OTHERWISE], record].concat().concat()).await?;
            expect_refused(&fixture, words).await?;
        }
        Ok(())
    })
}

pub(super) async fn expect_refused(fixture: &Fixture, words: &[&str]) -> Result<(), Failure> {
    let before = fixture.catalog().await?;
    let error = match fixture.runner(&HISTORY).await?.migrate().await {
        Err(error) if error.kind() == ErrorKind::NotAsDeclared => error.to_string(),
        other => fail!("{words:?}: {other:?}"),
    };
    let missing = words.iter().find(|word| !error.contains(**word));
    if missing.is_some() || error.contains("users") {
        fail!("`{missing:?}` is missing, or `users` is compared: {error}");
    }
    let recorded = fixture.count("select count(*) from changeover.migrations").await?;
    if recorded != 0 || fixture.catalog().await? != before {
        fail!("{words:?}: something was done");
    }
    Ok(())
}

/// What the tool has made or not is nothing to a database in which nothing of it is there.
#[test]
fn in_a_database_with_nothing_of_it_the_baseline_runs() -> Result<(), Failure> {
    block_on(async {
        for record in [&[][..], &[RECORD], &[RECORD, EARLIER]] {
            let fixture = Fixture::new("older_empty").await?;
            fixture.db.batch_execute(&record.concat()).await?;
            let mut runner = fixture.runner(&HISTORY).await?;
            if runner.migrate().await?.phases.is_empty() {
                fail!("it did not run");
            }
            fixture.db.batch_execute("insert into users values (1, 'ann')").await?;
            let comparison = runner.check().await?;
            if !comparison.is_clean() {
                fail!("{comparison}");
            }
        }
        Ok(())
    })
}
