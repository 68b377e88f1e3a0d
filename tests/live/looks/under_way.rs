//! A backfill under way, and what it reports.

use changeover::{Builder, Error, ErrorKind, Report};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, fail};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

/// Enough that a backfill is met by two looks at the load.
pub(super) const ROWS: u32 = 300_000;

/// A progress report.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) rows: u64,
    pub(super) held_by: Option<String>,
}

/// A run under way, and what it reports.
pub(super) struct Run {
    task: JoinHandle<Result<Report, Error>>,
    reports: UnboundedReceiver<Seen>,
}

impl Run {
    pub(super) async fn start(fixture: &Fixture, builder: Builder) -> Result<Run, Failure> {
        let (sender, reports) = unbounded_channel();
        let mut changeover = builder
            .on_progress(move |progress| {
                let held_by = progress.held_by.map(str::to_owned);
                // The test may have ended.
                let _ = sender.send(Seen { rows: progress.rows, held_by });
            })
            .connect(fixture.url())
            .await?;
        Ok(Run { task: tokio::spawn(async move { changeover.migrate().await }), reports })
    }

    pub(super) async fn until(&mut self, wanted: impl Fn(&Seen) -> bool) -> Result<Seen, Failure> {
        while let Some(seen) = self.reports.recv().await {
            if wanted(&seen) {
                return Ok(seen);
            }
        }
        fail!("the run ended before that: {:?}", (&mut self.task).await)
    }

    pub(super) async fn until_held(&mut self, by: &str) -> Result<Seen, Failure> {
        self.until(|seen| seen.held_by.as_ref().is_some_and(|reason| reason.contains(by))).await
    }

    pub(super) async fn ended(self) -> Result<Result<Report, Error>, Failure> {
        self.task.await.map_err(|error| Failure::new(error.to_string()))
    }
}

pub(super) fn rename() -> Builder {
    Fixture::builder(&RENAME_HISTORY)
}

/// Asserts that two more looks find it where it was.
pub(super) async fn expect_standstill(
    fixture: &Fixture,
    run: &mut Run,
    by: &str,
) -> Result<u64, Failure> {
    let filled = "select count(display_name) from users";
    let (seen, before) = (run.until_held(by).await?, fixture.count(filled).await?);
    run.until_held(by).await?;
    let again = run.until_held(by).await?;
    let after = fixture.count(filled).await?;
    if again.rows != seen.rows || after != before {
        fail!("held at {} rows, it moved from {before} to {after}", seen.rows);
    }
    if after == fixture.count("select count(*) from users").await? {
        fail!("it was over before it was held");
    }
    Ok(seen.rows)
}

pub(super) async fn expect_filled(fixture: &Fixture) -> Result<(), Failure> {
    let differ = "select count(*) from users where display_name is distinct from username";
    match fixture.count(differ).await? {
        0 => Ok(()),
        rows => fail!("{rows} rows are not filled"),
    }
}

/// Asserts that the run stops in the middle, and that the next one fills the rest and no more.
pub(super) async fn stopped_and_resumed(
    fixture: &Fixture,
    run: Run,
    why: &str,
) -> Result<(), Failure> {
    let Err(error) = run.ended().await? else { fail!("the run was not stopped") };
    if error.kind() != ErrorKind::Stopped || !error.to_string().contains(why) {
        fail!("the error does not say why: {error}");
    }
    let before = fixture.count("select count(display_name) from users").await?;
    if before == 0 || before == i64::from(ROWS) {
        fail!("it was stopped at {before} rows of {ROWS}");
    }
    let report = fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
    let rows: u64 = report.phases.iter().map(|phase| phase.rows).sum();
    if i64::try_from(rows) != Ok(i64::from(ROWS) - before) {
        fail!("{before} rows were filled, and then {rows} more");
    }
    expect_filled(fixture).await
}
