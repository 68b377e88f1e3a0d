//! A run that is dropped at any of its awaits, or whose service panics in the middle: the lock is
//! given back, and the same `Changeover` goes on with the next call.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

use changeover::{Changeover, Migrations};
use changeover_tests::fixture::Fixture;
use changeover_tests::pooler::Pooler;
use changeover_tests::sample::{INDEX_HISTORY, RENAME_HISTORY};
use changeover_tests::{Failure, block_on, fail};
use futures_util::FutureExt as _;

const LOCKS: &str = "select exists (select from pg_locks where locktype = 'advisory'
    and database = (select oid from pg_database where datname = current_database()))";

/// Polls a future so many times and drops it; whether it had ended by then.
pub(crate) async fn polled<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut left = times;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

#[test]
fn a_run_that_is_dropped_at_any_await_is_gone_on_with() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("dropped", 60).await?;
        dropped(&fixture, fixture.url(), &RENAME_HISTORY, "m0002_rename", 1).await
    })
}

#[test]
fn an_index_build_that_is_dropped_at_any_await_is_gone_on_with() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("dropped_index", 60).await?;
        dropped(&fixture, fixture.url(), &INDEX_HISTORY, "m0002_index", 1).await
    })
}

#[test]
fn a_run_through_a_pooler_that_is_dropped_is_gone_on_with() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("dropped_pooled", 60).await?;
        let Some(pooler) = Pooler::start(fixture.url(), 3).await? else { return Ok(()) };
        dropped(&fixture, pooler.url(), &RENAME_HISTORY, "m0002_rename", 5).await
    })
}

/// What it had taken by then is over with its session and its time; waiting for it, too, may end at
/// any moment.
#[test]
fn a_lease_that_is_dropped_while_it_is_taken_holds_nothing_back() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("dropped_lease", 10).await?;
        let Some(old) = RENAME_HISTORY.until("m0002_rename") else { fail!("no such migration") };
        let build = async || Fixture::leasing(&old).connect(fixture.url()).await;
        build().await?.migrate().await?;
        for polls in 0.. {
            let taken = polled(build().await?.hold_lease(), polls).await.transpose()?;
            let Some(lease) = taken else { continue };
            polled(lease.ready(Duration::from_mins(1)), polls % 3).await;
            polled(lease.release(), polls % 5).await;
            eprintln!("dropped after each of {polls} polls");
            break;
        }
        fixture.wait_until(&format!("select not ({LOCKS})")).await?;
        let gone = "select count(*) = 0 from changeover.live_instances('harness')";
        fixture.wait_until(gone).await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

/// Runs forward and back, each dropped after one poll more than the time before, until both come
/// through.
async fn dropped(
    fixture: &Fixture,
    url: &str,
    all: &Migrations,
    last: &str,
    stride: usize,
) -> Result<(), Failure> {
    let Some(history) = all.until(last) else { fail!("no such migration") };
    let mut runner = Fixture::builder(&history).connect(url).await?;
    for polls in (0..).step_by(stride) {
        let forward = polled(runner.migrate(), polls).await;
        let again = runner.migrate().await;
        again.map_err(|error| Failure::from(error).during(format!("{polls} polls forward")))?;
        let back = polled(runner.undo(last), polls).await;
        let again = runner.undo(last).await;
        again.map_err(|error| Failure::from(error).during(format!("{polls} polls back")))?;
        // A pooler takes a moment to end what a client left.
        fixture.wait_until(&format!("select not ({LOCKS})")).await?;
        if forward.is_some() && back.is_some() {
            eprintln!("dropped after each of {polls} polls");
            break;
        }
    }
    Fixture::builder(all).connect(url).await?.contract().await?;
    fixture.expect_model(all).await
}

/// Panics when it has been counted down to nothing.
struct Fuse(AtomicU32);

impl Fuse {
    fn burn(&self) {
        assert!(self.0.fetch_sub(1, Ordering::Relaxed) != 1, "the service's own panic");
    }
}

#[test]
fn a_panic_in_any_progress_report_leaves_the_runner_usable() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("panicking", 3_000).await?;
        let Some(history) = RENAME_HISTORY.until("m0002_rename") else { fail!("no migration") };
        let fuse = Arc::new(Fuse(AtomicU32::new(0)));
        let burning = fuse.clone();
        let builder = Fixture::builder(&history).on_progress(move |_| burning.burn());
        let mut runner = builder.connect(fixture.url()).await?;
        for reports in 1.. {
            fuse.0.store(reports, Ordering::Relaxed);
            let panicked = panics(&mut runner).await?;
            fuse.0.store(0, Ordering::Relaxed);
            runner.migrate().await?;
            if fixture.holds(LOCKS).await? {
                fail!("a lock is left after a panic in report {reports}");
            }
            runner.undo("m0002_rename").await?;
            if !panicked {
                break;
            }
        }
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

async fn panics(runner: &mut Changeover) -> Result<bool, Failure> {
    match AssertUnwindSafe(runner.migrate()).catch_unwind().await {
        Ok(outcome) => outcome.map(|_| false).map_err(Into::into),
        Err(_) => Ok(true),
    }
}

static PANICS: AtomicBool = AtomicBool::new(true);

/// Panics until it is told not to.
async fn shout(names: Vec<String>) -> Result<Vec<String>, std::fmt::Error> {
    assert!(!PANICS.load(Ordering::Relaxed), "the service's own panic");
    Ok(names.into_iter().map(|name| name.to_uppercase()).collect())
}

mod m0001_people {
    changeover::migration! {
        create_table!(people { id: bigint identity primary_key, name: text not_null });
    }
}

mod m0002_loud {
    changeover::migration! {
        after super::m0001_people;
        add_column!(people.loud: text);
        backfill!(people.loud, with = super::shout, read(name));
    }
}

changeover::migrations! {
    static PEOPLE = [m0001_people, m0002_loud];
}

#[test]
fn a_panic_in_the_services_function_leaves_the_runner_usable() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("panicking_function").await?;
        let Some(base) = PEOPLE.until("m0001_people") else { fail!("no such migration") };
        fixture.runner(&base).await?.migrate().await?;
        fixture.db.batch_execute("insert into people (name) values ('ann'), ('bob')").await?;
        let mut runner = fixture.runner(&PEOPLE).await?;
        if !panics(&mut runner).await? {
            fail!("the function was not called");
        }
        PANICS.store(false, Ordering::Relaxed);
        runner.migrate().await?;
        if fixture.holds(LOCKS).await? {
            fail!("a lock is left");
        }
        let wrong = "select count(*) from people where loud is distinct from upper(name)";
        match fixture.count(wrong).await? {
            0 => fixture.expect_model(&PEOPLE).await,
            rows => fail!("{rows} rows are not filled"),
        }
    })
}
