//! The index by which logical replication knows rows keeps its part, or does not go.

use changeover::{Error, Report};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint not_null,
            email: text not_null,
            index((email), unique, name = users_by_email),
        });
        create_table!(orders {
            id: bigint primary_key,
            number: bigint not_null,
            index((number), unique, name = orders_by_number),
        });
        create_table!(events {
            id: bigint not_null,
            at: int not_null,
            partition_by(range(at)),
            index((id, at), unique, name = events_key),
        });
        create_table!(lines {
            id: bigint not_null,
            number: bigint not_null,
            code: bigint not_null,
            unique(code, name = lines_code_key),
            index((number), unique, name = lines_by_number),
        });
        create_partition!(events_1 of events, from(1) to(2));
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.email => mail);
        rename_column!(events.id => number);
        change_primary_key!(orders(id, number));
        replace_index!(orders_by_number => orders(number, id), unique);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_change;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_change, m0003_contract];
}

mod m0002_drops {
    changeover::migration! {
        after super::m0001_base;
        drop_index!(lines_by_number);
        drop_constraint!(lines.lines_code_key);
    }
}

mod m0003_drops {
    changeover::migration! {
        after super::m0002_drops;
        contract!(m0002_drops);
    }
}

changeover::migrations! {
    static DROPS = [m0001_base, m0002_drops, m0003_drops];
}

const SEED: &str = "insert into users values (1, 'a'); insert into orders values (1, 1); \
    insert into events values (1, 1); insert into lines values (1, 1, 1); \
    create publication everything for all tables";

async fn prepared(name: &str, by_hand: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    let Some(base) = HISTORY.until("m0001_base") else { fail!("no base") };
    fixture.runner(&base).await?.migrate().await?;
    fixture.db.batch_execute(by_hand).await?;
    fixture.db.batch_execute(SEED).await?;
    Ok(fixture)
}

#[test]
fn it_goes_over_to_what_takes_the_place_of_its_index() -> Result<(), Failure> {
    let identities = [
        (
            "users replica identity using index users_by_email",
            "orders replica identity using index orders_pkey",
        ),
        ("users replica identity full", "orders replica identity using index orders_by_number"),
    ];
    for (users, orders) in identities {
        block_on(async {
            let by_hand = format!(
                "alter table {users}; alter table {orders}; \
                 alter table lines replica identity full; \
                 alter table events replica identity using index events_key; \
                 do $$ declare key name; begin select c.relname into key from pg_index i \
                 join pg_class c on c.oid = i.indexrelid \
                 where i.indrelid = 'events_1'::regclass and i.indisunique; \
                 execute format('alter table events_1 replica identity using index %I', key); \
                 end $$"
            );
            let fixture = prepared("identity_carried", &by_hand).await?;
            let before = Fixture::count(&fixture, KNOWN).await?;
            fixture.runner(&HISTORY).await?.migrate().await?;
            fixture.db.batch_execute(WRITES).await?;
            fixture.runner(&HISTORY).await?.contract().await?;
            fixture.db.batch_execute(WRITES).await?;
            fixture.db.batch_execute("update users set mail = 'b'").await?;
            if fixture.count(KNOWN).await? != before {
                fail!("a table is known otherwise than before: {by_hand}");
            }
            Ok(())
        })?;
    }
    Ok(())
}

const WRITES: &str = "update users set id = id; update orders set id = id; update events set at = 1; \
    delete from events where at = 7";

const KNOWN: &str = "select count(*) from pg_index where indisreplident";

fn waits(report: &Report, name: &str) -> bool {
    let mut by = report.waiting.iter().flat_map(|held| &held.by);
    by.any(|why| why.contains(name) && why.contains("replica identity"))
}

#[test]
fn what_would_drop_it_waits() -> Result<(), Failure> {
    let cases = [
        ("lines_by_number", "alter table lines replica identity using index lines_by_number"),
        ("lines_code_key", "alter table lines replica identity using index lines_code_key"),
    ];
    for (index, by_hand) in cases {
        block_on(async {
            let fixture = prepared("identity_dropped", by_hand).await?;
            let outcome: Result<Report, Error> = fixture.runner(&DROPS).await?.contract().await;
            let Err(error) = outcome else { fail!("{index} went") };
            if !error.is_gate_held() || !waits(error.report(), index) {
                fail!("another error: {error}");
            }
            fixture.db.batch_execute("update lines set number = 2").await?;
            fixture.db.batch_execute("alter table lines replica identity full").await?;
            fixture.runner(&DROPS).await?.contract().await?;
            fixture.db.batch_execute("update lines set number = 3").await?;
            Ok(())
        })?;
    }
    Ok(())
}

mod m0002_expression {
    changeover::migration! {
        after super::m0001_base;
        add_index!(users(sql("lower(email)")));
        add_index!(events(sql("abs(id)")));
    }
}

changeover::migrations! {
    static EXPRESSION = [m0001_base, m0002_expression];
}

#[test]
fn an_index_on_an_expression_has_statistics_at_once() -> Result<(), Failure> {
    block_on(async {
        let fixture = prepared("expression_statistics", "select").await?;
        fixture.runner(&EXPRESSION).await?.migrate().await?;
        let known = "select count(distinct tablename) from pg_stats s join pg_class c \
                     on c.relname = s.tablename and c.relkind = 'i'";
        let count = fixture.count(known).await?;
        if count != 2 {
            fail!("{count} of 2 indexes have statistics");
        }
        Ok(())
    })
}
