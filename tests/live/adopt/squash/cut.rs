//! A run that records what it squashed, cut before each of its statements.

use changeover::{Executor, Rows, SqlError, async_trait};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, connect, fail};

use super::{after, at, until};

/// A session that the server ends before one of its statements.
struct Cut {
    session: tokio_postgres::Client,
    other: tokio_postgres::Client,
    pid: i32,
    left: usize,
}

#[async_trait]
impl Executor for Cut {
    async fn query(&mut self, sql: &str) -> Result<Rows, SqlError> {
        if self.left == 0 {
            let end = "select pg_terminate_backend($1, 5000)";
            self.other.execute(end, &[&self.pid]).await?;
        }
        self.left = self.left.wrapping_sub(1);
        Executor::query(&mut self.session, sql).await
    }
}

/// Whether the baseline's record is whole; none where there is none of it.
async fn is_whole(fixture: &Fixture) -> Result<Option<bool>, Failure> {
    let counts = "select count(*) from changeover.migrations where id = 'm0003_baseline' \
                  union all select count(*) from changeover.events where what = 'adopt' \
                  union all select count(*) from changeover.steps \
                  where migration = 'm0003_baseline' and state = 'done'";
    let rows = fixture.db.query(counts, &[]).await?;
    let counts: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
    let steps: usize = changeover::Phase::ALL
        .into_iter()
        .map(|phase| after::HISTORY.migrations[0].steps(phase).count())
        .sum();
    Ok(match counts.as_slice() {
        [0, 0, 0] => None,
        [migrations, events, done] => {
            Some([*migrations, *events] == [1, 1] && usize::try_from(*done) == Ok(steps))
        }
        _ => Some(false),
    })
}

#[test]
fn it_is_recorded_whole_or_not_at_all() -> Result<(), Failure> {
    block_on(async {
        let fixture = at("squash_cut", "m0003_drop").await?;
        let history = until(&after::HISTORY, "m0003_baseline")?;
        let (mut cuts, mut whole) = (0, 0);
        for statement in 0.. {
            let session = connect(fixture.url(), "cut").await?;
            let pid = session.query_one("select pg_backend_pid()", &[]).await?.get(0);
            let other = connect(fixture.url(), "other").await?;
            let cut = Cut { session, other, pid, left: statement };
            let mut runner = Fixture::builder(&history).executor(cut);
            let outcome = runner.migrate().await;
            cuts += usize::from(outcome.is_err());
            match is_whole(&fixture).await? {
                Some(false) => fail!("a part of it is recorded, cut at statement {statement}"),
                Some(true) => {
                    whole += 1;
                    fixture.runner(&history).await?.migrate().await?;
                    fixture
                        .db
                        .batch_execute(
                            "delete from changeover.steps where migration = 'm0003_baseline'; \
                             delete from changeover.migrations where id = 'm0003_baseline'; \
                             delete from changeover.events where what = 'adopt'",
                        )
                        .await?;
                }
                None => {}
            }
            if outcome.is_ok() {
                break;
            }
        }
        if cuts < 10 || whole < 2 {
            fail!("{cuts} cuts, {whole} of them behind the record");
        }
        Ok(())
    })
}
