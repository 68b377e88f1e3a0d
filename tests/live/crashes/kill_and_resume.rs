//! `kill -9` at any instant, then run again: the same final state, and no row twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use changeover_tests::fixture::{Fixture, Process};
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Client, Failure, block_on, fail};

const MIGRATE: &str = env!("CARGO_BIN_EXE_migrate");
const ROWS: u32 = 100_000;
const DIFFERING: &str = "select count(*) from users where display_name is distinct from username";

#[test]
fn a_backfill_killed_in_the_middle_goes_on_where_it_was() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("kill", ROWS).await?;
        for killed_at in [1, 20_000, 60_000] {
            let mut process = Process::start(MIGRATE, fixture.url(), "rename", "migrate")?;
            while process.next_rows().is_some_and(|rows| rows < killed_at) {}
            process.kill()?;
        }
        let filled = fixture.count("select count(display_name) from users").await?;
        if filled < 60_000 || filled >= i64::from(ROWS) {
            fail!("{filled} rows were filled when the last process was killed");
        }

        let counted = Arc::new(AtomicU64::new(0));
        let last = counted.clone();
        Fixture::builder(&RENAME_HISTORY)
            .on_progress(move |progress| {
                last.fetch_max(progress.rows, Ordering::Relaxed);
            })
            .connect(fixture.url())
            .await?
            .migrate()
            .await?;

        let counted = counted.load(Ordering::Relaxed);
        if counted != u64::from(ROWS) {
            fail!("the cursor counted {counted} rows of {ROWS}");
        }
        expect_none(&fixture, DIFFERING).await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

/// Each process is killed one progress report later than the one before, until one comes through.
#[test]
fn a_history_killed_at_every_step_comes_through() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("kill_steps", 3_000).await?;
        for reports in 0.. {
            let mut process = Process::start(MIGRATE, fixture.url(), "rename", "contract")?;
            let alive = (0..=reports).all(|_| process.next_rows().is_some());
            if !alive {
                if !process.succeeded() {
                    fail!("the process after {reports} kills failed");
                }
                break;
            }
            process.kill()?;
        }
        if fixture.count("select count(*) from users where display_name = 'u' || id").await?
            != 3_000
        {
            fail!("a value is lost");
        }
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

#[test]
fn a_backfill_killed_in_the_middle_is_undone() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("undo_mid_backfill", ROWS).await?;
        let before = changeover_tests::catalog::dump(&fixture.db).await?;
        let mut process = Process::start(MIGRATE, fixture.url(), "rename", "migrate")?;
        while process.next_rows().is_some_and(|rows| rows < 20_000) {}
        process.kill()?;

        fixture.runner(&RENAME_HISTORY).await?.undo("m0002_rename").await?;
        let after = changeover_tests::catalog::dump(&fixture.db).await?;
        changeover_tests::catalog::expect_equal(("before", &before), ("after the undo", &after))?;
        expect_none(&fixture, "select count(*) from users where username <> 'u' || id").await?;

        fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        expect_none(&fixture, DIFFERING).await
    })
}

/// Clients write what is being filled, and go on while the process is gone.
#[test]
fn kills_under_traffic_lose_no_write() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("kill_traffic", 5_000).await?;
        let old = Client::of("users").writes("username").connections(3);
        let new = Client::of("users").writes("display_name");
        let traffic = fixture.traffic(&old).await?;
        let mut clients = traffic.start("old", &old).await?;
        for reports in [0, 1, 2, 3, 5, 8] {
            let mut process = Process::start(MIGRATE, fixture.url(), "rename", "migrate")?;
            for _ in 0..=reports {
                process.next_rows();
            }
            process.kill()?;
            clients.advance(20).await?;
        }
        fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        clients.advance(20).await?;
        expect_none(&fixture, DIFFERING).await?;
        let mut newer = traffic.start("new", &new).await?;
        newer.advance(20).await?;
        clients.leave().await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        newer.advance(20).await?;
        newer.leave().await?;

        traffic.verify(&fixture.db, &new).await?;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

async fn expect_none(fixture: &Fixture, query: &str) -> Result<(), Failure> {
    match fixture.count(query).await? {
        0 => Ok(()),
        rows => fail!("{rows} rows: {query}"),
    }
}
