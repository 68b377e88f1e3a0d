//! Rows that break a new constraint stop it before anything is changed, named by their keys; forms
//! that only newer servers have say so before anything is done.

use changeover::Migrations;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, chain, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint primary_key, name: text });
        create_table!(orders {
            id: bigint primary_key,
            customer_id: bigint,
            region: text,
            total: bigint,
            index(customer_id),
            index(region, customer_id),
        });
        create_table!(keyless { id: bigint, region: text });
    }
}

const SEED: &str = "
    insert into customers select n, 'c' || n from generate_series(1, 10) n;
    insert into orders select n, n, 'north', n from generate_series(1, 9) n;
    insert into keyless select n, 'north' from generate_series(1, 9) n";

/// A change that the rows of `spoil` break, what its error says, and what mends them.
macro_rules! refused {
    ($name:ident, $spoil:literal, $says:expr, $mend:literal, $($change:tt)*) => {
        mod $name {
            use super::m0001_base;

            mod m0002_change {
                changeover::migration! {
                    after super::m0001_base;
                    $($change)*
                }
            }

            changeover::migrations! {
                static HISTORY = [m0001_base, m0002_change];
            }

            #[test]
            fn rows_that_break_it_stop_it_before_anything_is_changed() -> Result<(), super::Failure> {
                super::refuses(stringify!($name), &HISTORY, $spoil, &$says, $mend)
            }
        }
    };
}

refused!(
    check,
    "insert into orders (id, total) values (77, -1)",
    ["break `total >= 0`", "id = 77"],
    "update orders set total = 0 where total < 0",
    add_check!(orders, "total >= 0");
);
refused!(
    foreign_key,
    "insert into orders (id, customer_id) values (77, 78), (80, null)",
    ["point with `customer_id` at no row of `customers`", "id = 77"],
    "update orders set customer_id = null where id = 77",
    add_foreign_key!(orders.customer_id => customers.id);
);
refused!(
    unique,
    "insert into orders (id, region, customer_id) values (77, 'north', 3), (78, 'south', 3), (79, null, 3), (80, null, 3)",
    ["share their `region, customer_id` with another row", "id = 3", "id = 77"],
    "delete from orders where id = 77",
    add_unique!(orders(region, customer_id));
);
refused!(
    equal_nulls,
    "insert into orders (id, region, customer_id) values (77, null, 3), (78, null, 3)",
    ["share their `region, customer_id` with another row", "id = 77", "id = 78"],
    "delete from orders where id = 78",
    add_unique!(orders(region, customer_id), nulls_not_distinct);
);
refused!(
    primary_key_of_nulls,
    "insert into keyless values (null, 'north')",
    ["have no `id`", "ctid"],
    "delete from keyless where id is null",
    add_primary_key!(keyless(id));
);
refused!(
    primary_key_of_equals,
    "insert into keyless values (3, 'north')",
    ["share their `id, region` with another row", "ctid"],
    "delete from keyless where ctid in (select max(ctid) from keyless where id = 3)",
    add_primary_key!(keyless(id, region));
);
refused!(
    unique_index,
    "insert into orders (id, total) values (77, 5), (78, 5), (79, 6), (80, -6)",
    ["share their key in `by_size` with another row", "id = 77", "id = 78"],
    "delete from orders where id = 78",
    add_index!(orders(sql("abs(total)")), unique, where = "total > 0 and id > 70", name = by_size);
);
refused!(
    another_primary_key,
    "insert into orders (id, total) values (77, 5), (78, null)",
    ["have no `total`", "id = 78"],
    "delete from orders where id >= 77",
    change_primary_key!(orders(total));
);

/// A check that is not proved, over rows that break it.
mod unproved {
    mod m0001_base {
        changeover::migration! {
            create_table!(orders {
                id: bigint primary_key,
                region: text,
                total: bigint check("total >= 0", not_valid),
            });
        }
    }

    mod m0002_prove {
        changeover::migration! {
            after super::m0001_base;
            validate_constraint!(orders.orders_total_check);
        }
    }

    mod m0002_rename {
        changeover::migration! {
            after super::m0001_base;
            rename_column!(orders.region => area);
        }
    }

    changeover::migrations! { static PROVE = [m0001_base, m0002_prove]; }
    changeover::migrations! { static RENAME = [m0001_base, m0002_rename]; }

    use super::*;

    /// The seed leaves a row that PostgreSQL would not let in.
    const SPOIL: &str = "
        insert into orders values (7, 'north', 5);
        alter table orders drop constraint orders_total_check;
        insert into orders values (77, 'south', -1);
        alter table orders add constraint orders_total_check check (total >= 0) not valid";

    async fn refused_and_mended(name: &str, history: &'static Migrations) -> Result<(), Failure> {
        let fixture = Fixture::new(name).await?;
        let Some(base) = history.until("m0001_base") else { fail!("it has no base") };
        fixture.runner(&base).await?.migrate().await?;
        fixture.db.batch_execute(SPOIL).await?;
        let Err(error) = fixture.runner(history).await?.migrate().await else {
            fail!("a row breaks the check")
        };
        let said = error.to_string();
        if !said.contains("id = 77") || !said.contains("break `") {
            fail!("it does not name the row: {said}");
        }
        let columns = "select count(*) from information_schema.columns where table_name = 'orders'";
        if fixture.count(columns).await? != 3 {
            fail!("something was changed before the row was found");
        }
        fixture.db.batch_execute("update orders set total = 0 where id = 77").await?;
        fixture.runner(history).await?.migrate().await?;
        Ok(())
    }

    #[test]
    fn rows_that_break_it_stop_its_proof() -> Result<(), Failure> {
        block_on(async { refused_and_mended("unproved_prove", &PROVE).await })
    }

    #[test]
    fn rows_that_break_it_stop_a_backfill_before_anything_is_changed() -> Result<(), Failure> {
        block_on(async { refused_and_mended("unproved_rename", &RENAME).await })
    }
}

fn refuses(
    name: &str,
    history: &Migrations,
    spoil: &str,
    says: &[&str],
    mend: &str,
) -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new(name).await?;
        let Some(base) = history.until("m0001_base") else { fail!("no such migration") };
        fixture.runner(&base).await?.migrate().await?;
        fixture.db.batch_execute(SEED).await?;
        fixture.db.batch_execute(spoil).await?;
        if name == "equal_nulls" && !is_at_least(&fixture, 15).await? {
            return expect_refusal(
                &fixture,
                history,
                &["`nulls not distinct` needs PostgreSQL 15"],
            )
            .await;
        }
        expect_refusal(&fixture, history, says).await?;
        fixture.db.batch_execute(mend).await?;
        fixture.runner(history).await?.migrate().await?;
        Ok(())
    })
}

async fn is_at_least(fixture: &Fixture, major: u32) -> Result<bool, Failure> {
    let setting = "current_setting('server_version_num')::integer";
    fixture.holds(&format!("select {setting} >= {major} * 10000")).await
}

/// The run fails, says so, and leaves the catalogs as they were.
async fn expect_refusal(
    fixture: &Fixture,
    history: &Migrations,
    says: &[&str],
) -> Result<(), Failure> {
    let before = fixture.catalog().await?;
    let Err(error) = fixture.runner(history).await?.migrate().await else {
        fail!("what the rows break was added")
    };
    let error = chain(&error);
    for said in says {
        if !error.contains(said) {
            fail!("`{said}` is not in the error: {error}");
        }
    }
    if fixture.catalog().await? != before {
        fail!("something was changed before the refusal");
    }
    Ok(())
}

mod newer {
    mod m0001_tables {
        changeover::migration! {
            create_table!(customers { id: bigint, region: text, primary_key(region, id) });
        }
    }

    mod m0002_newer {
        changeover::migration! {
            after super::m0001_tables;
            create_table!(orders {
                id: bigint identity primary_key,
                region: text not_null,
                customer_id: bigint,
                code: text,
                unique(code, nulls_not_distinct),
                foreign_key(region, customer_id => customers(region, id), on_delete = set_null(customer_id)),
                index(region, customer_id),
            });
        }
    }

    changeover::migrations! {
        pub static HISTORY = [m0001_tables, m0002_newer];
    }
}

#[test]
fn what_newer_servers_have_is_made_there_and_refused_elsewhere() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("newer").await?;
        let Some(base) = newer::HISTORY.until("m0001_tables") else { fail!("no such migration") };
        fixture.runner(&base).await?.migrate().await?;
        if !is_at_least(&fixture, 15).await? {
            return expect_refusal(&fixture, &newer::HISTORY, &["needs PostgreSQL 15"]).await;
        }
        fixture.runner(&newer::HISTORY).await?.migrate().await?;
        fixture.expect_model(&newer::HISTORY).await
    })
}

mod small {
    use super::m0001_base;

    mod m0002_direct {
        changeover::migration! {
            after super::m0001_base;
            add_check!(orders, "total >= 0", fill(total = "0"), direct(max_rows = 10_000, reason = "few"));
            add_foreign_key!(
                orders.customer_id => customers.id, fill = "null",
                direct(max_rows = 10_000, reason = "few"),
            );
            add_unique!(orders(region, id), deferrable, direct(max_rows = 10_000, reason = "few"));
            add_primary_key!(keyless(id, region), direct(max_rows = 10_000, reason = "few"));
            change_primary_key!(orders(id, total), direct(max_rows = 10_000, reason = "few"));
        }
    }

    changeover::migrations! {
        pub static HISTORY = [m0001_base, m0002_direct];
    }
}

#[test]
fn the_one_step_forms_mend_and_end_as_the_model_says() -> Result<(), Failure> {
    block_on(async {
        let (fixture, history) = (Fixture::new("small").await?, &small::HISTORY);
        let Some(base) = history.until("m0001_base") else { fail!("no such migration") };
        fixture.runner(&base).await?.migrate().await?;
        fixture.db.batch_execute(SEED).await?;
        let spoil = "insert into orders (id, customer_id, total) values (77, 78, -1)";
        fixture.db.batch_execute(spoil).await?;
        let before = fixture.catalog().await?;
        fixture.runner(history).await?.migrate().await?;
        fixture.expect_model(history).await?;
        let mended = "select customer_id is null and total = 0 from orders where id = 77";
        if !fixture.holds(mended).await? {
            fail!("the row was not mended");
        }
        fixture.runner(history).await?.undo("m0002_direct").await?;
        if fixture.catalog().await? != before {
            fail!("the undo left something behind");
        }
        Ok(())
    })
}

mod partitioned {
    mod m0001_tables {
        changeover::migration! {
            create_table!(customers { id: bigint primary_key });
            create_table!(events {
                id: bigint,
                customer_id: bigint,
                at: timestamptz not_null,
                size: bigint,
                index(customer_id),
                partition_by(range(at)),
            });
            create_partition!(events_old of events, from("2020-01-01") to("2025-01-01"));
            create_partition!(events_new of events, from("2025-01-01") to("2030-01-01"));
        }
    }

    mod m0002_constraints {
        changeover::migration! {
            after super::m0001_tables;
            add_check!(events, "size > 0", fill(size = "1"));
            add_foreign_key!(
                events.customer_id => customers.id, fill = "null",
                direct(max_rows = 10_000, reason = "few"),
            );
            add_primary_key!(events(id, at), direct(max_rows = 10_000, reason = "few"));
        }
    }

    mod m0003_contract {
        changeover::migration! {
            after super::m0002_constraints;
            contract!(m0002_constraints);
        }
    }

    changeover::migrations! {
        pub static HISTORY = [m0001_tables, m0002_constraints, m0003_contract];
    }
}

#[test]
fn a_partitioned_table_gets_its_constraints_with_all_partitions() -> Result<(), Failure> {
    block_on(async {
        let (fixture, history) = (Fixture::new("partitions").await?, &partitioned::HISTORY);
        let Some(base) = history.until("m0001_tables") else { fail!("no such migration") };
        fixture.runner(&base).await?.migrate().await?;
        let seed = "insert into customers values (1);
            insert into events select n, n, '2024-12-30'::timestamptz + n * interval '1 day', n - 2
            from generate_series(1, 4) n";
        fixture.db.batch_execute(seed).await?;
        let before = fixture.catalog().await?;
        let Some(change) = history.until("m0002_constraints") else { fail!("no such migration") };
        fixture.runner(&change).await?.migrate().await?;
        if fixture.count("select count(*) from events where customer_id > 1 or size < 1").await?
            != 0
        {
            fail!("rows were not mended");
        }
        fixture.runner(&change).await?.undo("m0002_constraints").await?;
        if fixture.catalog().await? != before {
            fail!("the undo left something behind");
        }
        fixture.runner(history).await?.contract().await?;
        fixture.expect_model(history).await
    })
}
