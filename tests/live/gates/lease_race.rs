//! An old instance that starts and a contract that starts never pass each other, whoever is first.

use std::time::Duration;

use changeover::ErrorKind;
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, connect, fail};
use tokio_postgres::Client;

const PAIRS: usize = 4;
const ROUNDS: usize = 750;

/// About what one of them takes, so that either may be first.
const SPREAD: Duration = Duration::from_millis(1);

const MIGRATED: &str = "insert into changeover.migrations (history, id, position, state)
    values ($1, 'm1', 1, 'migrated')";

/// How often which of the two was first.
#[derive(Default)]
struct Outcomes {
    first: usize,
    second: usize,
}

/// The two meet thousands of times, and each meeting is in a history of its own.
async fn meet<F>(fixture: &Fixture, round: F) -> Result<Outcomes, Failure>
where
    F: AsyncFn(&Client, &Client, &str, Duration) -> Result<bool, Failure>,
{
    let pairs = futures_util::future::try_join_all((0..PAIRS).map(|pair| {
        let round = &round;
        async move {
            let one = connect(fixture.url(), "one").await?;
            let other = connect(fixture.url(), "other").await?;
            let mut outcomes = Outcomes::default();
            for number in 0..ROUNDS {
                let head_start = SPREAD.mul_f64(fastrand::f64());
                let history = format!("race {pair} {number}");
                let first = round(&one, &other, &history, head_start).await?;
                outcomes.first += usize::from(first);
                outcomes.second += usize::from(!first);
            }
            Ok::<_, Failure>(outcomes)
        }
    }))
    .await?;
    let sum = |part: fn(&Outcomes) -> usize| pairs.iter().map(part).sum();
    Ok(Outcomes { first: sum(|one| one.first), second: sum(|one| one.second) })
}

fn expect_both(outcomes: &Outcomes, what: &str) -> Result<(), Failure> {
    let Outcomes { first, second } = outcomes;
    println!("{what}: {first} times the first, {second} times the second");
    if *first < 50 || *second < 50 {
        fail!("they hardly met: {first} and {second}");
    }
    Ok(())
}

#[test]
fn an_old_instance_and_a_contract() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("lease_race", 1).await?;
        let outcomes = meet(&fixture, async |instance, runner, history, head_start| {
            runner.execute(MIGRATED, &[&history]).await?;
            let hold = async {
                tokio::time::sleep(head_start).await;
                let sql = "select changeover.hold_lease($1, 'old', 'm1', 1)";
                instance.execute(sql, &[&history]).await
            };
            let open = async {
                tokio::time::sleep(SPREAD.saturating_sub(head_start)).await;
                let sql = "select changeover.open_gate($1, 'm1', 'contract', 2, false, false)";
                runner.query(sql, &[&history]).await
            };
            let (taken, holders) = tokio::join!(hold, open);
            let is_open = holders?.is_empty();
            match taken {
                Ok(_) if is_open => fail!("{history}: both went on"),
                Ok(_) => Ok(true),
                Err(error) if error.code().is_some_and(|code| code.code() == "CO001") => {
                    if !is_open {
                        fail!("{history}: neither went on");
                    }
                    Ok(false)
                }
                Err(error) => Err(error.into()),
            }
        });
        expect_both(&outcomes.await?, "instance and contract")
    })
}

#[test]
fn a_new_instance_and_an_undo() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("undo_race", 1).await?;
        let outcomes = meet(&fixture, async |instance, runner, history, head_start| {
            runner.execute(MIGRATED, &[&history]).await?;
            let hold = async {
                tokio::time::sleep(head_start).await;
                let sql = "select changeover.hold_lease($1, 'new', 'm1', 1)";
                instance.execute(sql, &[&history]).await?;
                let state = "select state from changeover.migrations where history = $1";
                let row = instance.query_one(state, &[&history]).await?;
                Ok::<bool, Failure>(row.get::<_, &str>(0) == "migrated")
            };
            let undo = async {
                tokio::time::sleep(SPREAD.saturating_sub(head_start)).await;
                runner.query("select changeover.begin_undo($1, array['m1'], 1)", &[&history]).await
            };
            let (serves, holders) = tokio::join!(hold, undo);
            let (serves, undone) = (serves?, holders?.is_empty());
            if serves == undone {
                fail!("{history}: serves {serves}, undone {undone}");
            }
            Ok(serves)
        });
        expect_both(&outcomes.await?, "instance and undo")
    })
}

/// Each was prepared by a run, so that the functions are there.
#[test]
fn a_database_without_runs_gives_no_lease() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("lease_unprepared").await?;
        let outcome = Fixture::leasing(&RENAME_HISTORY).connect(fixture.url()).await?.hold_lease();
        match outcome.await {
            Err(error) if error.kind() == ErrorKind::NotPrepared => Ok(()),
            other => fail!("a lease: {other:?}"),
        }
    })
}
