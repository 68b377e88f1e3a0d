//! Hands that reach into the schema `changeover`: whatever they leave there, a run that cannot make
//! sense of it says so and touches nothing.

use std::time::Duration;

use changeover::{Check, Error, ErrorKind, Report, Severity};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, catalog, connect, fail};

/// What a run must answer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// It does not make sense.
    Corrupt,
    /// It is not what the plan says.
    Edited,
    /// The server refuses what is done twice.
    Refused,
    /// It does no harm.
    Done,
}

const MIGRATED: &str = "where id = 'm0002_rename'";
const BACKFILL: &str = "where migration = 'm0002_rename' and phase = 'migrate' and ordinal = 1";

/// What is done to a history that is migrated, and what a contract answers, which would drop a
/// column.
fn tampered() -> Vec<(String, Answer)> {
    let migrations = |set: &str| format!("update changeover.migrations set {set} {MIGRATED}");
    let steps = |set: &str| format!("update changeover.steps set {set} {BACKFILL}");
    let mut cases = vec![
        (migrations("state = 'finished'"), Answer::Corrupt),
        (migrations("state = ''"), Answer::Corrupt),
        (migrations("state = 'contracted'"), Answer::Edited),
        (migrations("state = 'expanded'"), Answer::Done),
        (migrations("state = 'pending'"), Answer::Done),
        (migrations("state = 'undoing'"), Answer::Done),
        (migrations("parent = 'm0000'"), Answer::Edited),
        (migrations("parent = null"), Answer::Edited),
        (migrations("position = -7"), Answer::Done),
        (steps("state = 'complete'"), Answer::Corrupt),
        (steps("state = 'planned'"), Answer::Corrupt),
        (steps("state = 'undone'"), Answer::Corrupt),
        (steps("state = 'intended', cursor = 'nonsense'"), Answer::Corrupt),
        (steps("phase = 'vacation'"), Answer::Corrupt),
        (steps("ordinal = -1"), Answer::Corrupt),
        (steps("ordinal = 0"), Answer::Corrupt),
        (steps("ordinal = 2147483647"), Answer::Corrupt),
        (steps("rows = -5"), Answer::Corrupt),
        (steps("attempts = -2147483648"), Answer::Done),
        (steps("sql = 'select 1'"), Answer::Edited),
        (format!("delete from changeover.steps {BACKFILL}"), Answer::Corrupt),
        ("delete from changeover.steps where phase = 'migrate'".to_owned(), Answer::Edited),
        ("delete from changeover.steps".to_owned(), Answer::Edited),
        (
            "delete from changeover.steps; delete from changeover.migrations".to_owned(),
            Answer::Refused,
        ),
        ("drop table changeover.steps".to_owned(), Answer::Corrupt),
        ("drop table changeover.migrations cascade".to_owned(), Answer::Corrupt),
        ("drop table changeover.steps, changeover.migrations".to_owned(), Answer::Corrupt),
        ("drop schema changeover cascade".to_owned(), Answer::Refused),
    ];
    for column in ["sql", "state", "cursor", "rows", "error"] {
        cases.push((format!("alter table changeover.steps drop column {column}"), Answer::Corrupt));
    }
    for column in ["parent", "state", "position"] {
        let sql = format!("alter table changeover.migrations drop column {column}");
        cases.push((sql, Answer::Corrupt));
    }
    // The server's clock jumped, or somebody's did: nothing is decided by what was written down.
    for time in ["'infinity'", "'294276-01-01'", "'0001-01-01 BC'"] {
        let times = format!("started_at = {time}, finished_at = {time}");
        cases.push((migrations(&times), Answer::Done));
        cases.push((steps(&times), Answer::Done));
    }
    cases
}

/// A run in a task of its own, whose panic is an error here.
async fn contract(fixture: &Fixture) -> Result<Result<Report, Error>, Failure> {
    let mut runner = fixture.runner(&RENAME_HISTORY).await?;
    let status = runner.status().await;
    if let Err(error) = &status
        && !(error.kind() == ErrorKind::Corrupt || error.kind() == ErrorKind::Statement)
    {
        fail!("the status answers with another error: {error}");
    }
    let run = tokio::spawn(async move { runner.contract().await });
    run.await.map_err(|error| Failure::new(format!("it panicked: {error}")))
}

#[test]
fn a_record_that_makes_no_sense_is_refused_before_anything_is_dropped() -> Result<(), Failure> {
    block_on(async {
        for (tampered, answer) in tampered() {
            let fixture = Fixture::with_users("by_hand", 20).await?;
            fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
            let before = fixture.catalog().await?;
            fixture.db.batch_execute(&tampered).await?;

            let outcome = contract(&fixture).await?;
            let is_right = match (&outcome, answer) {
                (Ok(_), Answer::Done) => true,
                (Err(error), Answer::Corrupt) => {
                    error.kind() == ErrorKind::Corrupt && error.to_string().contains("help: ")
                }
                (Err(error), Answer::Edited) => error.kind() == ErrorKind::Edited,
                (Err(error), Answer::Refused) => error.kind() == ErrorKind::Statement,
                _ => false,
            };
            if !is_right {
                fail!("after `{tampered}`: not {answer:?}, but {outcome:?}");
            }
            if answer == Answer::Done {
                fixture.expect_model(&RENAME_HISTORY).await?;
            } else {
                let after = fixture.catalog().await?;
                catalog::expect_equal(("before", &before), (&tampered, &after))?;
            }
            let lost = "select count(*) from users where display_name is distinct from 'u' || id";
            if fixture.count(lost).await? != 0 {
                fail!("after `{tampered}`: rows are lost");
            }
        }
        Ok(())
    })
}

/// A place in the heap that is none: the walk begins anew or comes round, and fills every row.
#[test]
fn a_cursor_of_nonsense_skips_no_row_and_takes_no_age() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("cursor_by_hand", 2_000).await?;
        let holder = connect(fixture.url(), "holder").await?;
        let Some(rename) = RENAME_HISTORY.until("m0002_rename") else { fail!("no such migration") };
        let leaf = fixture.count("select 'users'::regclass::oid::bigint").await?;
        for cursor in [
            "",
            "nonsense",
            "-1 -1 -1 -1 -1",
            "99999999999999999999 0 64 0 10",
            "0 0 0 0 0",
            "4294967295 0 64 0 4294967295",
            &format!("{leaf} 4294967295 64 0 4294967295"),
            &format!("{leaf} 0 64 4294967295 10"),
            &format!("{leaf} 0 4294967295 0 4294967295"),
            &format!("{leaf} 5 0 7 4294967295"),
        ] {
            // The last row is held, so that the backfill is under way for as long as we like.
            holder.batch_execute("begin; select from users where id = 2000 for update").await?;
            let outcome = Fixture::builder(&rename)
                .deadline(Duration::from_millis(200))
                .connect(fixture.url())
                .await?
                .migrate()
                .await;
            match outcome {
                Err(error) if error.kind() == ErrorKind::LockTimeout => {}
                other => fail!("a row is held, and yet: {other:?}"),
            }
            let tamper = format!("update changeover.steps set cursor = '{cursor}' {BACKFILL}");
            fixture.db.batch_execute(&tamper).await?;
            holder.batch_execute("commit").await?;

            let mut runner = fixture.runner(&rename).await?;
            let run = tokio::spawn(async move { runner.migrate().await });
            match tokio::time::timeout(Duration::from_secs(30), run).await {
                Ok(done) => done.map_err(|panic| Failure::new(format!("{cursor}: {panic}")))??,
                Err(_) => fail!("a walk from `{cursor}` does not end"),
            };
            let left = "select count(*) from users where display_name is distinct from username";
            if fixture.count(left).await? != 0 {
                fail!("a walk from `{cursor}` left rows");
            }
            fixture.runner(&rename).await?.undo("m0002_rename").await?;
        }
        Ok(())
    })
}

mod m0001_base {
    changeover::migration! {
        create_table!(words { id: bigint identity primary_key, word: text });
    }
}

mod m0002_label {
    changeover::migration! {
        after super::m0001_base;
        add_column!(words.label: text);
        backfill!(words.label = "labelled(word)", once);
    }
}

changeover::migrations! {
    static LABELLED = [m0001_base, m0002_label];
}

/// The statement that calls it also moves the backfill's cursor on, in a table of ours.
#[test]
fn a_function_of_the_users_that_is_gone_is_nothing_of_ours() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("function_gone").await?;
        let Some(base) = LABELLED.until("m0001_base") else { fail!("the history has no base") };
        fixture.runner(&base).await?.migrate().await?;
        fixture.db.batch_execute("insert into words (word) values ('a')").await?;
        let builder = Fixture::builder(&LABELLED).preflight(Check::Drift, Severity::Ignore);
        match builder.connect(fixture.url()).await?.migrate().await {
            Err(error)
                if error.kind() == ErrorKind::Statement
                    && !error.to_string().contains("backup") =>
            {
                Ok(())
            }
            outcome => fail!("the function is missing, not the state: {outcome:?}"),
        }
    })
}
