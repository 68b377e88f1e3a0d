//! Looks that the server refuses.

use std::time::Duration;

use crate::migration::mock::{ALTER, Log, Mock, ONE, refusal};
use crate::{Changeover, Error, Report, Severity};

/// A run on a server that answers no look.
async fn blind(code: &'static str) -> (Result<Report, Error>, Log) {
    let (mock, log) =
        Mock::new(move |sql, _| sql.starts_with("select 0, what from").then(|| refusal(code)));
    let mut changeover =
        Changeover::builder(&ONE).lock_timeout(Duration::from_millis(1)).executor(mock);
    (changeover.migrate().await, log)
}

#[tokio::test]
async fn what_may_not_be_looked_at_is_said() {
    for code in ["42501", "55000", "58P01"] {
        let (outcome, log) = blind(code).await;
        let findings = outcome.expect("it goes on").findings;
        let unseen =
            findings.iter().filter(|found| found.what.starts_with("could not look: refused"));
        let unseen: Vec<_> = unseen.collect();
        assert!(!unseen.is_empty(), "{code}: {findings:?}");
        assert!(unseen.iter().all(|found| found.severity == Severity::Warn), "{unseen:?}");
        assert_eq!(log.count(ALTER), 1);
    }
}

#[tokio::test]
async fn a_look_that_fails_stops_the_run_before_anything_is_changed() {
    for code in ["XX000", "42703", "57014", "22012"] {
        let (outcome, log) = blind(code).await;
        let error = outcome.expect_err("nobody has looked");
        assert_eq!(error.code(), Some(code), "{error}");
        assert_eq!(log.count(ALTER), 0);
    }
}
