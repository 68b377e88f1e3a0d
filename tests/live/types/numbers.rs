//! A column whose numbers a sequence of the application's gave, taken over by an identity, and one
//! that is to be none any more: whoever takes a number, or writes one, as whatever role.

use changeover::migration::Migrations;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_base {
    changeover::migration! {
        create_sequence!(numbers);
        create_table!(orders {
            id: bigint identity primary_key,
            number: bigint not_null unique default sql("nextval('numbers')"),
        });
    }
}

mod m0002_identity {
    changeover::migration! {
        after super::m0001_base;
        add_identity!(orders.number);
    }
}

mod m0003_more {
    changeover::migration! {
        after super::m0002_identity;
        contract!(m0002_identity);
        add_column!(orders.ticket: integer identity(start = 500));
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_identity, m0003_more];
}

mod m0001_tickets {
    changeover::migration! {
        create_table!(tickets {
            id: bigint identity primary_key,
            up: bigint identity(always) unique,
            down: bigint identity(start = -10, increment = -10) unique,
        });
    }
}

mod m0002_written {
    changeover::migration! {
        after super::m0001_tickets;
        drop_identity!(tickets.up);
        drop_identity!(tickets.down);
    }
}

changeover::migrations! {
    static WRITTEN = [m0001_tickets, m0002_written];
}

fn until(id: &str) -> Result<Migrations, Failure> {
    match HISTORY.until(id) {
        Some(history) => Ok(history),
        None => fail!("no migration {id}"),
    }
}

/// A role of every server that owns nothing here.
const AS_A_CLIENT: &str = "grant select, insert on orders to pg_monitor; set role pg_monitor";

/// A number from the sequence after each that is written: the highest plus one, a far one, an old
/// one.
async fn write_and_take(fixture: &Fixture) -> Result<i64, Failure> {
    fixture.db.batch_execute(AS_A_CLIENT).await?;
    for round in 0..50 {
        let step = if round % 10 == 9 { 1_000_000 } else { 1 };
        let write = format!("insert into orders (number) select max(number) + {step} from orders");
        fixture.db.batch_execute(&write).await?;
        fixture.db.batch_execute("insert into orders default values").await?;
    }
    let highest = fixture.db.query_one("select max(number) from orders", &[]).await?.get(0);
    let below = "insert into orders (number) values (-1), (0); delete from orders where number < 1";
    fixture.db.batch_execute("reset role").await?;
    fixture.db.batch_execute(below).await?;
    fixture.db.batch_execute("insert into orders default values").await?;
    Ok(highest)
}

#[test]
fn numbers_go_on_from_a_sequence_to_an_identity_and_back() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("numbers").await?;
        fixture.runner(&until("m0001_base")?).await?.migrate().await?;
        let seed = "insert into orders select from generate_series(1, 300)";
        fixture.db.batch_execute(seed).await?;

        let identity = until("m0002_identity")?;
        fixture.runner(&identity).await?.migrate().await?;
        let highest = write_and_take(&fixture).await?;
        fixture.runner(&identity).await?.undo("m0002_identity").await?;
        fixture.db.batch_execute("insert into orders default values").await?;
        let next: i64 = fixture.db.query_one("select max(number) from orders", &[]).await?.get(0);
        if next <= highest {
            fail!("{next} is not past {highest}");
        }
        fixture.runner(&identity).await?.migrate().await?;
        write_and_take(&fixture).await?;

        fixture.runner(&HISTORY).await?.expand().await?;
        fixture.db.batch_execute(AS_A_CLIENT).await?;
        fixture.db.batch_execute("insert into orders default values").await?;
        fixture.db.batch_execute("reset role").await?;
        fixture.runner(&HISTORY).await?.contract().await?;
        fixture.db.batch_execute("insert into orders default values").await?;
        let wrong =
            "select count(*) - count(distinct ticket) + count(*) filter (where ticket < 500)
                     from orders";
        match fixture.db.query_one(wrong, &[]).await?.get::<_, i64>(0) {
            0 => Ok(()),
            wrong => fail!("{wrong} tickets are there twice or too low"),
        }
    })
}

/// A new build's numbers, next to those that are there, and far from them.
const NEXT: &str = "insert into tickets (up, down)
    select coalesce(max(up), 0) + 1, coalesce(min(down), 0) - 10 from tickets";
const FAR: &str = "insert into tickets (up, down)
    select coalesce(max(up), 0) + 5000, coalesce(min(down), 0) - 50000 from tickets";
/// An old build's.
const TAKEN: &str = "insert into tickets default values";

#[test]
fn an_identity_that_goes_moves_past_what_builds_write() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("written").await?;
        let Some(base) = WRITTEN.until("m0001_tickets") else { fail!("no base") };
        fixture.runner(&base).await?.migrate().await?;
        // From a sequence that gave no number, from one that was restarted, and from one in use.
        for before in [None, Some("truncate tickets restart identity"), Some(TAKEN)] {
            if let Some(sql) = before {
                fixture.db.batch_execute(sql).await?;
            }
            fixture.runner(&WRITTEN).await?.migrate().await?;
            for sql in [NEXT, TAKEN, NEXT, NEXT, TAKEN, FAR, TAKEN, NEXT] {
                fixture.db.batch_execute(sql).await?;
            }
            fixture.runner(&WRITTEN).await?.undo("m0002_written").await?;
            fixture.db.batch_execute(TAKEN).await?;
        }
        Ok(())
    })
}
