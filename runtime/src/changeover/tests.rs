//! What a run does when the server refuses.

mod longest_lock;
mod looks;
mod paths;

use std::time::Duration;

use crate::migration::mock::{
    ALTER, DETACH, FINALIZE, FLAKY, FOUR, Log, Mock, ONE, TABLE, refusal, rows,
};
use crate::{Changeover, Error, ErrorKind, Phase, Report, Rows, SqlError};

fn changeover(mock: Mock) -> Changeover {
    Changeover::builder(&ONE).lock_timeout(Duration::from_millis(1)).executor(mock)
}

async fn migrate(
    rule: impl FnMut(&str, usize) -> Option<Result<Rows, SqlError>> + Send + 'static,
) -> (Result<Report, Error>, Log) {
    let (mock, log) = Mock::new(rule);
    (changeover(mock).migrate().await, log)
}

fn error(outcome: Result<Report, Error>) -> Error {
    outcome.expect_err("the server refused")
}

#[tokio::test]
async fn a_run_reports_every_phase() {
    let (outcome, _) = migrate(|_, _| None).await;
    let phases = outcome.expect("nothing was refused").phases;
    let steps: Vec<_> = phases.iter().map(|one| (one.phase, one.steps, one.rows)).collect();
    assert_eq!(steps, [(Phase::Expand, 3, 0), (Phase::Migrate, 4, 24)]);
}

#[tokio::test]
async fn whatever_fails_the_lock_is_released_and_no_transaction_is_left_open() {
    let (_, log) = migrate(|_, _| None).await;
    for failing in 0..log.all().len() {
        let (_, log) = migrate(move |_, n| (n == failing).then(|| refusal("XX000"))).await;
        let log = log.all();
        let taken = log.iter().position(|sql| sql.starts_with("select pg_try_advisory_lock"));
        if taken.is_some_and(|taken| taken != failing) {
            let last = log.last().map(String::as_str).unwrap_or_default();
            assert!(last.starts_with("select (select pg_advisory_unlock"), "{failing}: {log:#?}");
        }
        let mut open = false;
        for sql in log.iter().skip(1) {
            assert!(!open || !sql.starts_with("begin"), "{failing}: {log:#?}");
            open =
                sql.starts_with("begin") || (open && !sql.ends_with("commit") && sql != "rollback");
        }
        assert!(!open || log.get(failing).is_some_and(|sql| sql.starts_with("begin")), "{log:#?}");
    }
}

#[tokio::test]
async fn a_schema_that_another_history_is_changing_is_tried_again() {
    let mut refused = false;
    let (outcome, log) = migrate(move |sql, _| {
        let refuse = !refused && sql.starts_with("select pg_catalog.pg_advisory_xact_lock");
        refused |= refuse;
        refuse.then(|| refusal("55P03"))
    })
    .await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(log.count("create schema"), 1);
}

#[tokio::test]
async fn only_what_gave_way_is_tried_again() {
    for (code, tries) in
        [("55P03", 2), ("40P01", 2), ("57014", 1), ("40001", 1), ("23505", 1), ("42P07", 1)]
    {
        let mut refused = false;
        let (outcome, log) = migrate(move |sql, _| {
            let refuse = sql == ALTER && !refused;
            refused |= refuse;
            refuse.then(|| refusal(code))
        })
        .await;
        assert_eq!(log.count(ALTER), tries, "{code}");
        assert_eq!(outcome.is_ok(), tries == 2, "{code}");
        if let Ok(report) = outcome {
            assert_eq!(report.phases.first().map(|phase| phase.retries), Some(1));
        }
    }
}

#[tokio::test]
async fn the_deadline_names_who_is_in_the_way() {
    let (mock, _) = Mock::new(|sql, _| {
        if sql.contains("pg_locks") {
            let row = ["4711", "ann", "reporting", "00:12:00", "AccessShareLock", "t"];
            return Some(Ok(rows(&[&row])));
        }
        sql.contains("lock table \"public\".\"users\" in ACCESS").then(|| refusal("55P03"))
    });
    let mut changeover = Changeover::builder(&ONE)
        .lock_timeout(Duration::from_millis(1))
        .deadline(Duration::from_millis(5))
        .executor(mock);
    let error = error(changeover.migrate().await);
    assert!(error.kind() == ErrorKind::LockTimeout);
    let message = error.to_string();
    for part in ["4711", "ann", "reporting", "00:12:00", "AccessShareLock"] {
        assert!(message.contains(part), "{message}");
    }
}

#[tokio::test]
async fn an_error_carries_what_was_done() {
    let (outcome, _) = migrate(|sql, _| (sql == ALTER).then(|| refusal("42601"))).await;
    let error = error(outcome);
    assert!(error.kind() == ErrorKind::Statement);
    assert_eq!((error.migration(), error.phase()), (Some("m1"), Some(Phase::Expand)));
    assert_eq!(error.report().phases.first().map(|phase| phase.steps), Some(2));
    assert!(error.to_string().ends_with("\nnote: refused (SQLSTATE 42601)"), "{error}");
    assert_eq!(error.code(), Some("42601"));
    assert!(std::error::Error::source(&error).is_none(), "the reason is said once");
}

#[tokio::test]
async fn rows_that_violate_stop_the_run_before_anything_is_locked() {
    let violating = |sql: &str, _| {
        sql.contains("where plan is null limit 5").then(|| Ok(rows(&[&["id = 3"], &["id = 9"]])))
    };
    let (outcome, log) = migrate(violating).await;
    let error = error(outcome);
    assert!(error.kind() == ErrorKind::Violation);
    assert!(error.to_string().contains("id = 9"));
    assert!(log.all().iter().all(|sql| !sql.contains("lock table")));
}

#[tokio::test]
async fn rows_that_stay_unfilled_stop_the_run() {
    let left = |sql: &str, _| sql.starts_with("select count(*)").then(|| Ok(rows(&[&["2"]])));
    let (outcome, log) = migrate(left).await;
    assert!(error(outcome).kind() == ErrorKind::Unfilled);
    assert_eq!(log.count("create index"), 0);
}

#[tokio::test]
async fn an_edited_migration_is_shown_line_by_line() {
    let (outcome, log) = migrate(|sql, _| {
        if sql.starts_with("select pg_catalog.to_reg") {
            return Some(Ok(rows(&[&["t", "t"]])));
        }
        if sql.contains("from changeover.migrations") {
            return Some(Ok(Rows::new(
                vec![vec![Some("m1".into()), None, Some("expanding".into())]],
                1,
            )));
        }
        let step = |ordinal, sql| ["m1", "expand", ordinal, sql, "done", "", "0", ""];
        let steps = [step("1", ""), step("2", ""), step("3", "alter table was")];
        let [one, two, three] = &steps;
        sql.contains("from changeover.steps").then(|| Ok(rows(&[one, two, three])))
    })
    .await;
    let error = error(outcome);
    assert!(error.kind() == ErrorKind::Edited);
    let message = error.to_string();
    assert!(message.contains("- alter table was\n"), "{message}");
    assert!(message.contains(&format!("+ alter table {TABLE} add")), "{message}");
    // The one in which the server was asked what it is.
    assert_eq!(log.count("begin"), 0);
}

#[tokio::test]
async fn a_second_runner_waits_until_the_deadline() {
    let taken = |sql: &str, _: usize| {
        sql.starts_with("select pg_try_advisory_lock").then(|| Ok(rows(&[&["f", "7"]])))
    };
    let (mock, log) = Mock::new(taken);
    let mut changeover = Changeover::builder(&ONE).deadline(Duration::ZERO).executor(mock);
    assert!(error(changeover.migrate().await).is_already_running());
    assert_eq!(log.count("begin"), 0);
}

#[tokio::test]
async fn an_index_that_cannot_be_built_is_cleared_away() {
    let mut built = false;
    let (outcome, log) = migrate(move |sql, _| {
        built |= sql.starts_with("create index");
        if sql.starts_with("select indisvalid") && built {
            return Some(Ok(rows(&[&["f"]])));
        }
        sql.starts_with("create index").then(|| refusal("23505"))
    })
    .await;
    assert!(error(outcome).kind() == ErrorKind::Statement);
    assert_eq!(log.count("create index"), 1);
    assert_eq!(log.count("drop index concurrently"), 1);
}

#[tokio::test]
async fn a_broken_run_is_tidied_up_by_the_next() {
    let (mock, log) = Mock::new(|sql, n| {
        (n < 1000 && sql.starts_with("select (select pg_advisory_unlock("))
            .then(|| refusal("XX000"))
    });
    let mut changeover = changeover(mock);
    assert!(changeover.migrate().await.is_ok());
    let before = log.all().len();
    assert!(changeover.status().await.is_ok());
    let after: Vec<String> = log.all().split_off(before);
    assert_eq!(
        after.iter().take(2).collect::<Vec<_>>(),
        ["rollback", "select pg_catalog.pg_advisory_unlock_all()"]
    );
}

#[tokio::test]
async fn what_an_interrupted_try_left_is_mended_before_the_next() {
    let (mut pending, mut detached) = (false, false);
    let truth = |is: bool| Some(Ok(rows(&[&[if is { "t" } else { "f" }]])));
    let (outcome, log) = migrate(move |sql, _| match sql {
        "select is pending" => truth(pending),
        "select is detached" => truth(detached),
        DETACH => {
            pending = true;
            Some(refusal("55P03"))
        }
        FINALIZE => {
            (pending, detached) = (false, true);
            None
        }
        _ => None,
    })
    .await;
    assert!(outcome.is_ok());
    assert_eq!((log.count(DETACH), log.count(FINALIZE)), (1, 1));
}

#[tokio::test]
async fn what_is_done_already_is_not_done_again() {
    let done = |sql: &str, _| (sql == "select is detached").then(|| Ok(rows(&[&["t"]])));
    let (outcome, log) = migrate(done).await;
    assert!(outcome.is_ok());
    assert_eq!(log.count(DETACH), 0);
}

#[tokio::test]
async fn a_table_over_its_bound_stops_the_run_before_anything_is_locked() {
    let large = |plan: &'static str| {
        move |sql: &str, _| sql.starts_with("explain").then(|| Ok(rows(&[&[plan]])))
    };
    let (outcome, log) = migrate(large("[{\"Plan\": {\"Plan Rows\": 4}}]")).await;
    let error = error(outcome);
    assert!(error.kind() == ErrorKind::TooLarge && error.to_string().contains("4 rows"), "{error}");
    assert!(log.all().iter().all(|sql| !sql.contains("lock table")));
    assert!(self::error(migrate(large("no plan")).await.0).kind() == ErrorKind::Corrupt);
}

#[tokio::test]
async fn a_function_that_failed_once_is_called_again() {
    let mut reads = 0;
    let (outcome, log) = migrate(move |sql, _| {
        let read = sql.starts_with("select ctid");
        reads += u32::from(read);
        match reads {
            1 if read => Some(Ok(rows(&[&["(0,1)", "7", FLAKY]]))),
            _ => read.then(|| Ok(Rows::default())),
        }
    })
    .await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(log.all().iter().filter(|sql| sql.contains("'FLAKY'")).count(), 1);
}

#[tokio::test]
async fn an_index_that_never_shows_is_built_once() {
    let (outcome, log) =
        migrate(|sql, _| sql.starts_with("select indisvalid").then(|| Ok(Rows::default()))).await;
    assert!(error(outcome).kind() == ErrorKind::Corrupt);
    assert_eq!(log.count("create index"), 1);
}

#[tokio::test]
async fn a_first_run_runs_the_switches_and_contracts_that_it_needs() {
    let (mock, _) = Mock::new(|_, _| None);
    let report = Changeover::builder(&FOUR).executor(mock).migrate().await;
    let phases = report.expect("nothing was refused").phases;
    let phases: Vec<Phase> = phases.iter().map(|one| one.phase).collect();
    // The sample leaves nothing to the background.
    let all = Phase::ALL.into_iter().filter(|phase| *phase != Phase::Background);
    assert!(phases.iter().copied().eq(all), "{phases:?}");
}

#[tokio::test]
async fn a_run_that_is_dropped_leaves_the_session_to_be_tidied() {
    let (mock, log) = Mock::new(|_, _| None);
    let mut changeover = Changeover::builder(&ONE).executor(mock);
    changeover
        .session
        .lock(&changeover.settings, Duration::ZERO)
        .await
        .map(drop)
        .expect("nothing was refused");
    let before = log.all().len();
    assert!(changeover.migrate().await.is_ok());
    assert_eq!(log.all().get(before).map(String::as_str), Some("rollback"));
}
