//! Generated columns that are PostgreSQL's own: stored ones where the rows are few, and virtual ones,
//! which it has from version 18 on: an older server is refused before anything is done.

use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, username: text not_null });
    }
}

mod m0002_virtual {
    changeover::migration! {
        after super::m0001_base;
        add_generated_column!(users.shout: text = "upper(username)", virtual);
        create_table!(items { id: bigint primary_key, twice: bigint generated("id * 2", virtual) });
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_virtual];
}

mod m0002_stored {
    changeover::migration! {
        after super::m0001_base;
        create_table!(lines { id: bigint primary_key, content: text not_null });
        add_generated_column!(lines.length: integer not_null = "length(content)", stored);
        add_generated_column!(users.shout: text = "upper(username)", stored, direct(max_rows = 2_000, reason = "a test has few users"));
    }
}

changeover::migrations! {
    static STORED = [m0001_base, m0002_stored];
}

#[test]
fn a_stored_column_is_postgresqls_own_where_the_rows_are_few() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("stored").await?;
        let Some(base) = STORED.until("m0001_base") else { fail!("no such migration") };
        fixture.runner(&base).await?.migrate().await?;
        fixture.db.batch_execute("insert into users (username) values ('ada')").await?;
        fixture.runner(&STORED).await?.migrate().await?;
        fixture.runner(&STORED).await?.undo("m0002_stored").await?;
        fixture.runner(&STORED).await?.migrate().await?;
        if !fixture.holds("select shout = 'ADA' from users").await? {
            fail!("the column is not computed");
        }
        fixture.expect_model(&STORED).await
    })
}

#[test]
fn a_virtual_column_needs_a_server_that_has_them() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("virtual").await?;
        let Some(base) = HISTORY.until("m0001_base") else { fail!("no such migration") };
        fixture.runner(&base).await?.migrate().await?;
        fixture.db.batch_execute("insert into users (username) values ('ada')").await?;
        let outcome = fixture.runner(&HISTORY).await?.migrate().await;
        if fixture.holds("select current_setting('server_version_num')::integer >= 180000").await? {
            outcome?;
            if !fixture.holds("select shout = 'ADA' from users").await? {
                fail!("the column is not computed");
            }
            return fixture.expect_model(&HISTORY).await;
        }
        let Err(error) = outcome else { fail!("an older server took a virtual column") };
        let text = changeover_tests::chain(&error);
        if !text.contains("a virtual column needs PostgreSQL 18") {
            fail!("the error does not say why: {text}");
        }
        let columns = "select count(*) from pg_attribute
                       where attrelid = 'users'::regclass and attnum > 0";
        match (
            fixture.count(columns).await?,
            fixture.holds("select to_regclass('items') is null").await?,
        ) {
            (2, true) => Ok(()),
            _ => fail!("something was done before the version was asked for"),
        }
    })
}
