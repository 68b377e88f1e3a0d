//! An undo that cannot be done says so before it changes anything.

use changeover::ErrorKind;
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
            Err(error) if error.kind() == ErrorKind::Violation => {}
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

mod m0001_orders {
    changeover::migration! {
        create_enum!(order_status { pending, shipped });
        create_table!(orders { id: bigint identity primary_key, status: order_status });
    }
}

mod m0002_delivered {
    changeover::migration! {
        after super::m0001_orders;
        add_enum_value!(order_status.delivered, before = shipped);
        set_default!(orders.status, "delivered");
    }
}

changeover::migrations! {
    static ENUM = [m0001_orders, m0002_delivered];
}

#[test]
fn a_value_of_an_enum_stays_and_is_no_hindrance() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("undo_of_a_value").await?;
        fixture.runner(&ENUM).await?.migrate().await?;
        fixture.db.batch_execute("insert into orders default values").await?;
        fixture.runner(&ENUM).await?.undo("m0002_delivered").await?;
        // What was written with it can still be read.
        let kept = "select count(*) from orders where status = 'delivered'";
        let default = "select count(*) from pg_attrdef d join pg_attribute a \
                       on a.attrelid = d.adrelid and a.attnum = d.adnum and a.attname = 'status'";
        if fixture.count(kept).await? != 1 || fixture.count(default).await? != 0 {
            fail!("the undo took the value, or left the default");
        }
        fixture.runner(&ENUM).await?.migrate().await?;
        fixture.expect_model(&ENUM).await
    })
}
