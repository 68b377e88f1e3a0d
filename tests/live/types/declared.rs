//! Columns whose type on the server is another than the declared one, and types with a length: what
//! a client leaves out is known by its default all the same.

use changeover::migration::{Phase, Work};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            plan: text not_null default "free",
            code: text,
        });
        create_table!(exact {
            id: bigint identity primary_key,
            a: char(3) default "x",
            b: bit(3) default "101",
            c: numeric(12, 2) default 1,
            d: timestamp(3) default "2026-01-01 00:00:00.123456",
            e: varchar(5)[] default "{x}",
        }, allow(fixed_length, reason = "a cast without a length would cut it"),
            allow(timestamp_without_time_zone, reason = "of the same kind"));
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.plan => tier);
        rename_column!(users.code => number);
        rename_column!(exact.a => aa, allow(fixed_length, reason = "as it was"));
        rename_column!(exact.b => bb);
        rename_column!(exact.c => cc);
        rename_column!(exact.d => dd, allow(timestamp_without_time_zone, reason = "as it was"));
        rename_column!(exact.e => ee);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_rename];
}

/// Past the runner, which compares the types that it is told with those that are there.
async fn expand(fixture: &Fixture, migration: &str) -> Result<(), Failure> {
    let Some(migration) = HISTORY.get(migration) else { fail!("there is no {migration}") };
    for step in migration.steps(Phase::Expand) {
        let Work::Transaction(statements) = &step.work else { continue };
        for statement in *statements {
            fixture.db.batch_execute(statement.sql).await?;
        }
    }
    Ok(())
}

#[test]
fn triggers_do_not_depend_on_two_types_that_are_equal_to_the_letter() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("declared").await?;
        let Some(base) = HISTORY.until("m0001_base") else { fail!("there is no base") };
        fixture.runner(&base).await?.migrate().await?;
        let other = "alter table users alter plan type varchar(20), alter code type varchar(9)";
        fixture.db.batch_execute(other).await?;
        expand(&fixture, "m0002_rename").await?;
        for write in [
            "insert into users (code) values ('a')",
            "insert into users (plan, code) values ('gold', 'b')",
            "insert into users (tier, number) values ('gold', 'c')",
            "insert into users default values",
            "update users set tier = 'iron', code = 'd' where id = 1",
            "insert into exact (a, b, c, d, e) values ('y', '111', 2, '2026-02-02', '{y}')",
            "insert into exact (aa, bb, cc, dd, ee) values ('y', '111', 2, '2026-02-02', '{y}')",
            "insert into exact default values",
        ] {
            fixture.db.batch_execute(write).await?;
        }
        let differing = "select (select count(*) from users
                where plan is distinct from tier or code is distinct from number)
            + (select count(*) from exact where row(a, b, c, d, e) is distinct from row(aa, bb, cc, dd, ee))";
        if fixture.count(differing).await? != 0 {
            fail!("the two names of a column differ");
        }
        let given = "select count(*) from users where plan = 'gold'";
        match fixture.count(given).await? {
            2 => Ok(()),
            count => fail!("{count} rows have the plan that they were given"),
        }
    })
}
