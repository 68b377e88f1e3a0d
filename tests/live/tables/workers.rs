//! A backfill that several sessions share: each row is filled once, one that cannot be filled is named, and
//! none of the sessions is needed.

use std::time::Duration;

use changeover::{Changeover, ErrorKind, Migrations, Phase};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, name: text, email: text });
    }
}

mod m0002_who {
    changeover::migration! {
        after super::m0001_base;
        add_column!(users.who: integer, fill = "pg_catalog.pg_backend_pid()");
    }
}

mod m0002_lost {
    changeover::migration! {
        after super::m0001_base;
        add_column!(users.who: integer, fill = "public.of_the_runner_alone()");
    }
}

mod m0002_failing {
    changeover::migration! {
        after super::m0001_base;
        add_column!(users.who: bigint, fill = "1 / (id - 19000)");
    }
}

changeover::migrations! { static SHARED = [m0001_base, m0002_who]; }
changeover::migrations! { static LOST = [m0001_base, m0002_lost]; }
changeover::migrations! { static FAILING = [m0001_base, m0002_failing]; }

const ROWS: i64 = 20_000;

/// Ends its own session where that has no lock of a run.
const ALONE: &str =
    "create function public.of_the_runner_alone() returns integer language plpgsql as $$
    begin
        if not exists (select from pg_catalog.pg_locks
            where pid = pg_catalog.pg_backend_pid() and locktype = 'advisory') then
            perform pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid());
        end if;
        return pg_catalog.pg_backend_pid();
    end $$";

async fn seeded(name: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    let Some(base) = SHARED.until("m0001_base") else { fail!("it has no base") };
    fixture.runner(&base).await?.migrate().await?;
    let seed = format!(
        "insert into users (name, email) select 'n' || n, repeat('x', 40) \
         from generate_series(1, {ROWS}) n"
    );
    fixture.db.batch_execute(&seed).await?;
    fixture.db.batch_execute(ALONE).await?;
    Ok(fixture)
}

async fn shared(fixture: &Fixture, history: &Migrations) -> Result<Changeover, Failure> {
    let builder = Fixture::builder(history).workers(3).batch_time(Duration::from_millis(2));
    Ok(builder.connect(fixture.url()).await?)
}

/// Fails unless each row was filled and counted once; how many sessions filled them.
async fn sessions_that_filled(fixture: &Fixture, history: &Migrations) -> Result<i64, Failure> {
    let report = shared(fixture, history).await?.migrate().await?;
    let told = report.phases.iter().filter(|one| one.phase == Phase::Migrate);
    let told = told.map(|one| one.rows).sum::<u64>();
    let kept = fixture.count("select sum(rows)::bigint from changeover.steps").await?;
    let filled = fixture.count("select count(who) from users").await?;
    if (i64::try_from(told), kept, filled) != (Ok(ROWS), ROWS, ROWS) {
        fail!("told {told}, kept {kept}, filled {filled} of {ROWS} rows");
    }
    fixture.count("select count(distinct who) from users").await
}

#[test]
fn each_row_is_filled_by_one_of_several_sessions() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("workers_shared").await?;
        match sessions_that_filled(&fixture, &SHARED).await? {
            3 => Ok(()),
            sessions => fail!("{sessions} sessions filled it"),
        }
    })
}

#[test]
fn a_run_whose_workers_are_lost_goes_on_alone() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("workers_lost").await?;
        match sessions_that_filled(&fixture, &LOST).await? {
            1 => Ok(()),
            sessions => fail!("{sessions} sessions filled it"),
        }
    })
}

#[test]
fn a_row_that_a_worker_fails_on_is_named() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("workers_failing").await?;
        let Err(error) = shared(&fixture, &FAILING).await?.migrate().await else {
            fail!("a division by zero gives nothing")
        };
        if error.kind() != ErrorKind::Conversion || !error.to_string().contains("id = 19000") {
            fail!("it does not name the row: {error}");
        }
        Ok(())
    })
}
