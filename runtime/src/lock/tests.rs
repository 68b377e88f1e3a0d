//! What a run does once its lock is not its own.

use std::time::Duration;

use crate::migration::mock::{Log, Mock, ONE, rows};
use crate::{Changeover, Error, ErrorKind, Report, Rows, SqlError};

async fn migrate(
    rule: impl FnMut(&str, usize) -> Option<Result<Rows, SqlError>> + Send + 'static,
) -> (Result<Report, Error>, Log) {
    let (mock, log) = Mock::new(rule);
    let builder = Changeover::builder(&ONE).lock_timeout(Duration::from_millis(1));
    (builder.executor(mock).migrate().await, log)
}

fn error(outcome: Result<Report, Error>) -> Error {
    outcome.expect_err("the lock was lost")
}

#[tokio::test]
async fn a_pooler_that_changes_the_server_process_is_found_out() {
    let changed = |sql: &str, _| {
        sql.starts_with("select pg_try_advisory_lock").then(|| Ok(rows(&[&["t", "8"]])))
    };
    let (outcome, log) = migrate(changed).await;
    assert!(error(outcome).kind() == ErrorKind::Pooled);
    assert_eq!(log.count("select (select pg_advisory_unlock"), 1);
    let moved = |sql: &str, _| match sql {
        _ if sql.starts_with("update changeover") => Some(Ok(Rows::default())),
        _ if sql.starts_with("select (select fence") => Some(Ok(rows(&[&["9", "8"]]))),
        _ => None,
    };
    assert!(error(migrate(moved).await.0).kind() == ErrorKind::Pooled);
}

#[tokio::test]
async fn whatever_is_written_asks_whether_the_lock_was_lost() {
    let (_, log) = migrate(|_, _| None).await;
    for asking in 0..log.all().iter().filter(|sql| sql.contains("and fence = 9")).count() {
        let mut asked = 0;
        let (outcome, log) = migrate(move |sql, _| {
            if sql.starts_with("select (select fence") {
                return Some(Ok(rows(&[&["10", "7"]])));
            }
            asked += usize::from(sql.contains("and fence = 9"));
            (asked > asking).then(|| Ok(Rows::default()))
        })
        .await;
        assert!(error(outcome).kind() == ErrorKind::Superseded, "{asking}");
        let log = log.all();
        let lost = log.iter().position(|sql| sql.starts_with("select (select fence"));
        let after = log.iter().skip(lost.unwrap_or_default());
        let written: Vec<&String> = after
            .filter(|sql| !sql.starts_with("select") && *sql != "rollback")
            .filter(|sql| !sql.contains("and fence = 9"))
            .collect();
        assert!(written.is_empty(), "{asking}: {written:?}");
    }
}
