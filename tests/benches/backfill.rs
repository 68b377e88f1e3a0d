//! A backfill, by one session and by two, against one plain `UPDATE` of the same rows: time, the server's
//! CPU, WAL, and the size of the table and its indexes afterwards.
//!
//! `cargo bench -p changeover-tests --bench backfill -- [large] [a word of a case]…`

use std::env;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use changeover::{Migrations, Phase};
use changeover_tests::fixture::Fixture;
use changeover_tests::measured::Measured;
use changeover_tests::usage::{memory, server_cpu};
use changeover_tests::{Failure, block_on, connect, fail};
use tokio::task::JoinHandle;

mod m0001_users {
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

mod m0002_users {
    changeover::migration! {
        after super::m0001_users;
        rename_column!(users.username => display_name);
    }
}

mod m0001_uuid {
    changeover::migration! {
        create_table!(users {
            id: uuid primary_key default sql("gen_random_uuid()"),
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

mod m0002_uuid {
    changeover::migration! {
        after super::m0001_uuid;
        rename_column!(users.username => display_name);
    }
}

mod m0001_bare {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text,
            email: text,
            plan: text,
            created_at: timestamptz not_null default sql("now()"),
        });
    }
}

mod m0002_bare {
    changeover::migration! {
        after super::m0001_bare;
        rename_column!(users.username => display_name);
    }
}

mod m0001_narrow {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, username: integer });
    }
}

mod m0002_narrow {
    changeover::migration! {
        after super::m0001_narrow;
        rename_column!(users.username => display_name);
    }
}

changeover::migrations! { static USERS = [m0001_users, m0002_users]; }
changeover::migrations! { static UUID = [m0001_uuid, m0002_uuid]; }
changeover::migrations! { static BARE = [m0001_bare, m0002_bare]; }
changeover::migrations! { static NARROW = [m0001_narrow, m0002_narrow]; }

const RUNS: usize = 3;

/// What is filled, and beside what.
#[derive(Clone, Copy)]
struct Case {
    what: &'static str,
    history: &'static Migrations,
    rows: u32,
    /// The columns that are given, and the query that gives them for each `n`.
    seed: (&'static str, &'static str),
    /// Done to the table before there is a row.
    before: &'static str,
    /// Whether a snapshot is held all the while that is older than the first batch.
    is_held: bool,
    /// Whether a client writes 400 rows a second.
    is_written: bool,
}

const PLAIN: Case = Case {
    what: "bigint key, 4 indexes",
    history: &USERS,
    rows: 100_000,
    seed: ("username, email, plan", "'user ' || n, 'u' || n || '@example.org', 'plan ' || n % 10"),
    before: "select",
    is_held: false,
    is_written: false,
};

const WIDE: &str = "repeat('wide ' || n, 100), 'u' || n || '@example.org', 'plan ' || n % 10";
const TOAST: &str = "(select string_agg(md5(n::text || i::text), '') from generate_series(1, 125) i), \
    'u' || n || '@example.org', 'plan'";
const NARROW_SEED: (&str, &str) = ("username", "n");

fn cases() -> Vec<Case> {
    let many = "do $$ begin for i in 1..196 loop create index on users (email); end loop; end $$";
    let roomy = "alter table users set (fillfactor = 80)";
    let sixth = "create index on users (plan, email)";
    let wide = (PLAIN.seed.0, WIDE);
    let toast = (PLAIN.seed.0, TOAST);
    vec![
        Case { rows: 300_000, ..PLAIN },
        Case { what: "uuid key, 4 indexes", history: &UUID, ..PLAIN },
        Case { what: "bigint key alone", history: &BARE, ..PLAIN },
        Case { what: "bigint key, 5 indexes", before: sixth, ..PLAIN },
        Case { what: "200 indexes", before: many, rows: 10_000, ..PLAIN },
        Case { what: "fillfactor 80", before: roomy, ..PLAIN },
        Case { what: "wide rows", seed: wide, rows: 50_000, ..PLAIN },
        Case { what: "4 KB in TOAST", seed: toast, rows: 10_000, ..PLAIN },
        Case { what: "narrow rows", history: &NARROW, seed: NARROW_SEED, rows: 300_000, ..PLAIN },
        Case { what: "an old snapshot", is_held: true, ..PLAIN },
        Case { what: "400 writes a second", is_written: true, ..PLAIN },
    ]
}

fn large() -> Vec<Case> {
    let narrow =
        Case { what: "narrow rows, 3,000,000", history: &NARROW, seed: NARROW_SEED, ..PLAIN };
    vec![
        Case { what: "1,000,000 rows", rows: 1_000_000, ..PLAIN },
        Case { what: "10,000,000 rows", rows: 10_000_000, ..PLAIN },
        Case { rows: 3_000_000, ..narrow },
    ]
}

/// Who fills the rows.
const VARIANTS: [(&str, u32); 3] = [("one UPDATE", 0), ("1 session", 1), ("2 workers", 2)];

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    match block_on(compare(&words)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

/// The variants of a case take turns, so that what else the machine does falls on each of them.
async fn compare(words: &[String]) -> Result<(), Failure> {
    let mut measured = Measured::of("backfill");
    let is_large = words.iter().any(|word| word == "large");
    let wanted: Vec<&String> = words.iter().filter(|word| *word != "large").collect();
    let (cases, runs) = if is_large { (large(), 1) } else { (cases(), RUNS) };
    for case in cases {
        if !wanted.is_empty() && !wanted.iter().any(|word| case.what.contains(word.as_str())) {
            continue;
        }
        for run in 0..runs {
            let mut plain = f64::NAN;
            for (variant, workers) in VARIANTS {
                eprintln!("{}, {} rows, {variant}, run {}", case.what, case.rows, run + 1);
                let seconds = fill(case, (variant, workers), &mut measured).await?;
                match workers {
                    0 => plain = seconds,
                    _ => measured.add(case.what, variant, "of one UPDATE", seconds / plain),
                }
            }
        }
    }
    measured.publish().map_err(|error| Failure::new(error.to_string()))
}

async fn fill(
    case: Case,
    (variant, workers): (&'static str, u32),
    measured: &mut Measured,
) -> Result<f64, Failure> {
    let fixture = seeded(case).await?;
    let writer = case.is_written.then(|| Writer::start(&fixture, case.rows));
    let reader = if case.is_held { Some(fixture.reader("old-snapshot").await?) } else { None };
    let wal = "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint";
    let (wal_before, cpu) = (fixture.count(wal).await?, server_cpu(&fixture).await?);
    let started = Instant::now();
    if workers == 0 {
        let update = "begin; \
            select set_config('changeover.backfill_xact', pg_current_xact_id()::text, true); \
            update users set display_name = username; commit";
        fixture.db.batch_execute(update).await?;
    } else {
        let builder = Fixture::builder(case.history).workers(workers);
        let report = builder.connect(fixture.url()).await?.migrate().await?;
        let filled = report.phases.iter().filter(|one| one.phase == Phase::Migrate);
        let filled = filled.map(|one| one.rows).sum::<u64>();
        if filled > u64::from(case.rows) || (!case.is_written && filled < u64::from(case.rows)) {
            fail!("not every row was filled once:\n{report}");
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    drop(reader);
    let mut add = |unit, value| measured.add(case.what, variant, unit, value);
    add("s", seconds);
    if let (Some(before), Some(after)) = (cpu, server_cpu(&fixture).await?) {
        add("s of the server's CPU", after - before);
    }
    add("MB of WAL", megabytes(fixture.count(wal).await? - wal_before));
    add("MB after", megabytes(fixture.count("select pg_total_relation_size('users')").await?));
    if let Some(bytes) = memory() {
        add("MB of memory, ours", megabytes(bytes));
    }
    if let Some(writer) = writer {
        let [median, p99, worst] = writer.stop().await?;
        add("ms of a client, median", median);
        add("ms of a client, p99", p99);
        add("ms of a client, longest", worst);
    }
    Ok(seconds)
}

async fn seeded(case: Case) -> Result<Fixture, Failure> {
    let fixture = Fixture::new("bench_backfill").await?;
    let Some(base) = case.history.until(case.history.migrations[0].id) else {
        fail!("it has no base")
    };
    fixture.runner(&base).await?.migrate().await?;
    let Case { rows, seed: (columns, values), before, .. } = case;
    let seed =
        format!("insert into users ({columns}) select {values} from generate_series(1, {rows}) n");
    fixture.db.batch_execute(before).await?;
    fixture.db.batch_execute(&seed).await?;
    fixture.runner(case.history).await?.expand().await?;
    for settle in ["vacuum (analyze) users", "checkpoint"] {
        fixture.db.batch_execute(settle).await?;
    }
    Ok(fixture)
}

/// A client that writes a row each 2.5 ms.
struct Writer(Arc<AtomicBool>, JoinHandle<Result<Vec<f64>, Failure>>);

impl Writer {
    fn start(fixture: &Fixture, rows: u32) -> Writer {
        let (url, stop) = (fixture.url().to_owned(), Arc::new(AtomicBool::new(false)));
        let is_over = Arc::clone(&stop);
        let work = tokio::spawn(async move {
            let db = connect(&url, "writer").await?;
            let mut beat = tokio::time::interval(Duration::from_micros(2500));
            let mut times = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                // From when it was due: what waits behind a slow one is slow too.
                let due = beat.tick().await;
                let id = fastrand::u32(1..=rows);
                db.batch_execute(&format!("update users set plan = 'plan x' where id = {id}"))
                    .await?;
                times.push(due.elapsed().as_secs_f64() * 1000.0);
            }
            Ok(times)
        });
        Writer(stop, work)
    }

    /// Returns the median, the 99th percentile and the longest of its times, in milliseconds.
    async fn stop(self) -> Result<[f64; 3], Failure> {
        self.0.store(true, Ordering::Relaxed);
        let mut times = self.1.await.map_err(|error| Failure::new(error.to_string()))??;
        times.sort_by(f64::total_cmp);
        let Some(last) = times.len().checked_sub(1) else { fail!("the client wrote nothing") };
        Ok([times[last / 2], times[last * 99 / 100], times[last]])
    }
}

#[expect(clippy::cast_precision_loss, reason = "it is shown with three digits")]
fn megabytes(bytes: i64) -> f64 {
    bytes as f64 / 1e6
}
