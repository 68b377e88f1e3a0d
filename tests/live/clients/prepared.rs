//! Statements that a client prepared before the type of what they give changed.

use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};
use tokio_postgres::error::SqlState;

mod m0001_parcels {
    changeover::migration! {
        create_table!(parcels { id: bigint identity primary_key, weight: int not_null });
    }
}

mod m0002_wider {
    changeover::migration! {
        after super::m0001_parcels;
        change_type!(parcels.weight: bigint);
    }
}

mod m0003_switch {
    changeover::migration! {
        after super::m0002_wider;
        switch!(m0002_wider);
    }
}

changeover::migrations! {
    static WIDER = [m0001_parcels, m0002_wider, m0003_switch];
}

/// PostgreSQL refuses a prepared statement whose result has other types than before.
#[test]
fn a_statement_that_gives_the_column_is_prepared_anew() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("prepared").await?;
        let Some(change) = WIDER.until("m0002_wider") else { fail!("no change") };
        fixture.runner(&change).await?.migrate().await?;
        fixture.db.batch_execute("insert into parcels (weight) values (1)").await?;
        let (gives, writes) =
            ("select weight from parcels", "update parcels set weight = weight + 1");
        let reader = fixture.db.prepare(gives).await?;
        let setter = fixture.db.prepare(writes).await?;
        fixture.db.query_one(&reader, &[]).await?;
        fixture.db.execute(&setter, &[]).await?;

        fixture.runner(&WIDER).await?.contract().await?;
        let outcome = fixture.db.query_one(&reader, &[]).await;
        let code = outcome.err().and_then(|error| error.code().cloned());
        if code != Some(SqlState::FEATURE_NOT_SUPPORTED) {
            fail!("what was prepared before the switch: {code:?}");
        }
        fixture.db.execute(&setter, &[]).await?;
        let anew = fixture.db.prepare(gives).await?;
        let weight: i64 = fixture.db.query_one(&anew, &[]).await?.get(0);
        if weight != 3 {
            fail!("the weight is {weight}");
        }
        Ok(())
    })
}
