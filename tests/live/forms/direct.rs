//! One-step forms, on tables that are declared small, with their way back.

use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, catalog, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(teams { id: bigint identity primary_key });
        create_table!(users {
            id: bigint identity primary_key,
            email: text,
            nick: text not_null default "n",
        });
    }
}

mod m0002_direct {
    changeover::migration! {
        after super::m0001_base;
        add_column!(users.token: uuid not_null unique default sql("gen_random_uuid()"), direct(max_rows = 2_000, reason = "a test has few users"));
        add_column!(users.region: text not_null check("region <> ''"), fill = "coalesce(email, 'none')", direct(max_rows = 2_000, reason = "a test has few users"));
        add_column!(users.number: integer identity(always, start = 10), direct(max_rows = 2_000, reason = "a test has few users"));
        add_column!(users.team_id: bigint default 1 references(teams.id), direct(max_rows = 2_000, reason = "a test has few users"), allow(foreign_key_without_index, reason = "a test"));
        set_not_null!(users.email, fill = "'e' || id", direct(max_rows = 2_000, reason = "a test has few users"));
        drop_not_null!(users.nick, direct(max_rows = 2_000, reason = "a test has few users"));
        create_table!(items { id: bigint primary_key, name: text });
        add_column!(items.code: uuid not_null unique default sql("gen_random_uuid()"));
        set_not_null!(items.name);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_direct];
}

#[test]
fn a_small_table_is_changed_in_one_step_and_back() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("direct").await?;
        let Some(base) = HISTORY.until("m0001_base") else { fail!("no such migration") };
        fixture.runner(&base).await?.migrate().await?;
        fixture.db.batch_execute("insert into teams default values").await?;
        fixture.db.batch_execute("insert into users (email) values ('a'), (null)").await?;
        let before = catalog::dump(&fixture.db).await?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        fixture.runner(&HISTORY).await?.undo("m0002_direct").await?;
        let after = catalog::dump(&fixture.db).await?;
        catalog::expect_equal(("before", &before), ("after the undo", &after))?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        let wrong = "select count(*) from users
                     where email is null or region not in (email, 'none') or number < 10 or team_id <> 1";
        match fixture.count(wrong).await? {
            0 => fixture.expect_model(&HISTORY).await,
            wrong => fail!("{wrong} rows are not filled"),
        }
    })
}
