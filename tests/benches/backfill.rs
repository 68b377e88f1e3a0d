//! A backfill against one plain `UPDATE` of the same rows, with nobody else at work: time, WAL, and
//! the size of the table and its indexes afterwards.
//!
//! `cargo bench -p changeover-tests --bench backfill`

use std::process::ExitCode;
use std::time::Instant;

use changeover::Phase;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text,
            email: text,
            plan: text,
            created_at: timestamptz not_null default sql("now()"),
            index(email),
            index(plan),
            index(created_at),
        });
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => display_name);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_rename];
}

const ROWS: u32 = 300_000;

struct Cost {
    seconds: f64,
    wal: i64,
    size: i64,
}

fn main() -> ExitCode {
    match block_on(compare()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn compare() -> Result<(), Failure> {
    let plain = measured("bench_plain", false).await?;
    let ours = measured("bench_backfill", true).await?;
    println!("{ROWS} rows, 4 indexes    seconds    WAL, MB    table and indexes, MB");
    for (name, cost) in [("one plain update", &plain), ("backfill", &ours)] {
        let (wal, size) = (megabytes(cost.wal), megabytes(cost.size));
        println!("{name:<24} {:>7.2} {wal:>10.0} {size:>24.0}", cost.seconds);
    }
    Ok(())
}

async fn measured(name: &str, with_us: bool) -> Result<Cost, Failure> {
    let fixture = Fixture::new(name).await?;
    let Some(base) = HISTORY.until("m0001_base") else { fail!("no such migration") };
    fixture.runner(&base).await?.migrate().await?;
    fixture.db.batch_execute(&seed()).await?;
    fixture.runner(&HISTORY).await?.expand().await?;
    for settle in ["vacuum (analyze) users", "checkpoint"] {
        fixture.db.batch_execute(settle).await?;
    }

    let wal = "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint";
    let before = fixture.count(wal).await?;
    let started = Instant::now();
    if with_us {
        let report = fixture.runner(&HISTORY).await?.migrate().await?;
        let filled = report.phases.iter().filter(|one| one.phase == Phase::Migrate);
        if filled.map(|one| one.rows).sum::<u64>() != u64::from(ROWS) {
            fail!("not every row was filled:\n{report}");
        }
    } else {
        let update = "begin; \
            select set_config('changeover.backfill_xact', pg_current_xact_id()::text, true); \
            update users set display_name = username; commit";
        fixture.db.batch_execute(update).await?;
    }
    let seconds = started.elapsed().as_secs_f64();
    let size = fixture.count("select pg_total_relation_size('users')").await?;
    Ok(Cost { seconds, wal: fixture.count(wal).await? - before, size })
}

fn seed() -> String {
    format!(
        "insert into users (username, email, plan) \
         select 'user ' || n, 'u' || n || '@example.org', 'plan ' || n % 10 \
         from generate_series(1, {ROWS}) n"
    )
}

#[expect(clippy::cast_precision_loss, reason = "it is shown without decimals")]
fn megabytes(bytes: i64) -> f64 {
    bytes as f64 / 1e6
}
