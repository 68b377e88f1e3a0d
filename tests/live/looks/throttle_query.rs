//! A query of the service's own holds a backfill, or stops it.

use changeover::ErrorKind;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

use super::under_way::{Run, expect_filled, expect_standstill, rename};

const BRAKES: &str = "create table brakes (id int); insert into brakes values (1)";

#[test]
fn a_query_holds_a_backfill_until_its_row_is_gone() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("query", 1_000).await?;
        fixture.db.batch_execute(BRAKES).await?;
        let sql = "select count(*) from brakes";
        let mut run = Run::start(&fixture, rename().throttle_query(sql, 0)).await?;
        let says = "`select count(*) from brakes`: it gave 1, 0 allowed";
        expect_standstill(&fixture, &mut run, says).await?;
        fixture.db.batch_execute("delete from brakes").await?;
        run.ended().await??;
        expect_filled(&fixture).await
    })
}

#[test]
fn a_query_that_gives_nothing_or_takes_long_holds_a_backfill() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("query_null", 1_000).await?;
        fixture.db.batch_execute(BRAKES).await?;
        let slow = "select pg_sleep(600) is null from brakes where id = 1";
        let unknown = "select case when count(*) > 0 then null else false end from brakes";
        let builder = rename()
            .throttle_query(format!("select coalesce(({slow}), false)"), 0)
            .throttle_query(unknown, 0);
        let mut run = Run::start(&fixture, builder).await?;
        run.until_held("it takes longer than 1s").await?;
        fixture.db.batch_execute("update brakes set id = 2").await?;
        run.until_held("it gave nothing").await?;
        fixture.db.batch_execute("delete from brakes").await?;
        run.ended().await??;
        expect_filled(&fixture).await
    })
}

#[test]
fn a_query_that_is_wrong_stops_a_backfill() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("query_wrong", 1_000).await?;
        fixture.db.batch_execute(BRAKES).await?;
        for (sql, why) in [
            ("select count(*) from nowhere", "failed"),
            ("delete from brakes returning id", "failed"),
            ("select 'many'", "gave neither a number nor a truth"),
        ] {
            let run = Run::start(&fixture, rename().throttle_query(sql, 5)).await?;
            let Err(error) = run.ended().await? else { fail!("`{sql}` did not stop it") };
            let says = format!("the throttle query `{sql}` {why}");
            if error.kind() != ErrorKind::Stopped || !error.to_string().contains(&says) {
                fail!("{error:?}");
            }
        }
        if fixture.count("select count(*) from brakes").await? != 1 {
            fail!("a query wrote");
        }
        // Nothing of the transactions that failed is left on the session of the next run.
        Run::start(&fixture, rename().throttle_query("select 1", 1)).await?.ended().await??;
        expect_filled(&fixture).await
    })
}
