//! An undo that cannot be done says so before it changes anything.

use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_users {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, email: text not_null });
    }
}

mod m0002_optional {
    changeover::migration! {
        after super::m0001_users;
        drop_not_null!(users.email);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_users, m0002_optional];
}

#[test]
fn a_not_null_does_not_come_back_over_nulls() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("undo_over_nulls").await?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        fixture.db.batch_execute("insert into users (email) values (null)").await?;

        match fixture.runner(&HISTORY).await?.undo("m0002_optional").await {
            Err(error) if error.is_violation() => {}
            Err(error) => fail!("another error: {error}"),
            Ok(_) => fail!("a null was taken for a value"),
        }
        // A check left behind would fail this, and every insert of a null.
        fixture.db.batch_execute("update users set id = id").await?;
        fixture.expect_model(&HISTORY).await?;

        fixture.db.batch_execute("update users set email = 'a'").await?;
        fixture.runner(&HISTORY).await?.undo("m0002_optional").await?;
        let Some(base) = HISTORY.until("m0001_users") else { fail!("no such migration") };
        let nullable = "select count(*) from pg_attribute \
                        where attrelid = 'users'::regclass and attname = 'email' and not attnotnull";
        if fixture.count(nullable).await? != 0 {
            fail!("the column is still nullable");
        }
        fixture.runner(&base).await?.migrate().await.map(drop).map_err(Into::into)
    })
}
