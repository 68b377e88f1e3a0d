//! What a fill gives is what its rows have, a null too; rows that it does not mend are named.

use changeover::ErrorKind;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, name: text, stock: integer not_null, loud: text });
    }
}

mod m0002_nullable {
    changeover::migration! {
        after super::m0001_base;
        add_column!(users.shout: text, fill = "upper(name)");
        add_column!(users.own: text, fill = "public.lower_of(name)");
        backfill!(users.loud = "upper(name)");
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_nullable;
        contract!(m0002_nullable);
    }
}

mod m0002_check {
    changeover::migration! {
        after super::m0001_base;
        add_check!(users, "stock >= 0", fill(stock = "stock - 1"), name = users_stock);
    }
}

mod m0002_loose {
    changeover::migration! {
        after super::m0001_base;
        drop_not_null!(users.stock, fill = "-length(name)");
    }
}

mod m0003_loose {
    changeover::migration! {
        after super::m0002_loose;
        contract!(m0002_loose);
    }
}

changeover::migrations! { static LOOSE = [m0001_base, m0002_loose, m0003_loose]; }
changeover::migrations! { static NULLABLE = [m0001_base, m0002_nullable, m0003_contract]; }
changeover::migrations! { static CHECK = [m0001_base, m0002_check]; }

async fn seeded(name: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    let Some(base) = CHECK.until("m0001_base") else { fail!("it has no base") };
    fixture.runner(&base).await?.migrate().await?;
    let seed =
        "create function public.lower_of(text) returns text language sql as 'select lower($1)';
        insert into users (name, stock)
        select case when n % 3 <> 0 then 'n' || n end, case when n = 17 then -5 else n end
        from generate_series(1, 100) n";
    fixture.db.batch_execute(seed).await?;
    Ok(fixture)
}

#[test]
fn a_null_is_a_value_of_a_column_that_may_be_null() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("filled_nullable").await?;
        let Some(change) = NULLABLE.until("m0002_nullable") else { fail!("it has no change") };
        fixture.runner(&change).await?.migrate().await?;
        fixture
            .db
            .batch_execute("insert into users (name, stock) values (null, 1), ('Ann', 2)")
            .await?;
        let wrong = "select count(*) from users where shout is distinct from upper(name)
            or own is distinct from lower(name) or loud is distinct from upper(name)";
        if fixture.count(wrong).await? != 0 {
            fail!("a row has another value than its expression's");
        }
        fixture.runner(&NULLABLE).await?.contract().await?;
        Ok(())
    })
}

#[test]
fn rows_that_a_fill_does_not_mend_are_named() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("filled_check").await?;
        let Err(error) = fixture.runner(&CHECK).await?.migrate().await else {
            fail!("-4 is no stock")
        };
        let said = error.to_string();
        for part in ["\n  id = 17\n", "\"stock\" = stock - 1", "not (stock >= 0)"] {
            if error.kind() != ErrorKind::Unfilled || !said.contains(part) {
                fail!("it does not say {part}: {said}");
            }
        }
        Ok(())
    })
}

#[test]
fn old_builds_meet_no_null_until_the_contract() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("filled_loose").await?;
        let Some(change) = LOOSE.until("m0002_loose") else { fail!("it has no change") };
        let nulls = "select count(*) from users where stock is null";
        let write = "insert into users (name, stock) values ('Ann', null);
            update users set stock = null where name = 'n1'";
        for _ in 0..2 {
            fixture.runner(&change).await?.migrate().await?;
            fixture.db.batch_execute(write).await?;
            let filled = "select count(*) from users where stock = -length(name)";
            if fixture.count(nulls).await? != 0 || fixture.count(filled).await? < 2 {
                fail!("an old build would read a null");
            }
            fixture.runner(&change).await?.undo("m0002_loose").await?;
            let Err(_) = fixture.db.batch_execute(write).await else {
                fail!("the undo left the column as it was")
            };
        }
        fixture.runner(&change).await?.migrate().await?;
        fixture.runner(&LOOSE).await?.contract().await?;
        fixture.db.batch_execute(write).await?;
        if fixture.count(nulls).await? != 2 {
            fail!("it is filled after the contract too");
        }
        Ok(())
    })
}
