//! Clients are derived from schemas of all kinds.

use changeover_tests::{Failure, block_on, fail};

use super::{brief, database, expect_clean};

mod m0001_shop {
    changeover::migration! {
        create_enum!(state { new, paid, sent });
        create_domain!(mail: text check("value like '%@%'"));
        create_table!(customers {
            id: uuid primary_key default sql("gen_random_uuid()"),
            mail: mail not_null unique,
            since: timestamptz not_null default sql("now()"),
        });
        create_table!(orders {
            id: bigint identity(always) primary_key,
            customer: uuid not_null references(customers.id),
            state: state not_null default "new",
            net: numeric(12, 2) not_null check("net >= 0"),
            gross: numeric(14, 4) generated("net * 1.19"),
        });
        create_table!(lines {
            "order": bigint not_null references(orders.id),
            line: int not_null,
            article: text not_null,
            primary_key("order", line),
        });
        add_index!(orders(customer));
        create_table!(visits { at: timestamptz not_null, page: text });
    }
}

mod m0002_changes {
    changeover::migration! {
        after super::m0001_shop;
        add_column!(customers.name: text not_null default "");
        add_column!(orders.note: text);
        rename_column!(lines.article => product);
        add_index!(visits(at));
        set_not_null!(visits.page, fill = "''");
    }
}

changeover::migrations! {
    static MIGRATIONS = [m0001_shop, m0002_changes];
}

const SEED: &str = "\
    insert into customers (mail) select 'c' || n || '@example.org' from generate_series(1, 500) n; \
    insert into orders (customer, net, state) \
        select id, 10, 'paid' from customers cross join generate_series(1, 3); \
    insert into lines (\"order\", line, article) select id, 1, 'a' from orders; \
    insert into visits select now(), case when n % 2 = 0 then 'p' end from generate_series(1, 500) n";

#[test]
fn clients_are_derived_from_a_schema_with_all_kinds_of_columns() -> Result<(), Failure> {
    block_on(async {
        let database = database("rehearsed_shapes").await?;
        let rehearsal = brief(&MIGRATIONS).seed(SEED).run(database.url()).await?;
        expect_clean(&rehearsal)?;
        let db = database.connect().await?;
        for (table, least) in
            [("customers", 501), ("orders", 1501), ("lines", 1501), ("visits", 501)]
        {
            let count: i64 =
                db.query_one(&format!("select count(*) from {table}"), &[]).await?.get(0);
            if count < least {
                fail!("nobody inserted into {table}: {rehearsal}");
            }
        }
        let touched: i64 = db
            .query_one(
                "select count(*) from pg_stat_user_tables where n_tup_upd > 0 \
                and relname in ('customers', 'orders', 'lines')",
                &[],
            )
            .await?
            .get(0);
        if touched != 3 {
            fail!("not each table was updated: {rehearsal}");
        }
        if !rehearsal
            .notes
            .iter()
            .any(|note| note.contains("visits") && note.contains("no primary key"))
        {
            fail!("nobody says that `visits` has no key: {rehearsal}");
        }
        Ok(())
    })
}

mod m0001_measured {
    changeover::migration! {
        create_table!(readings {
            sensor: int not_null,
            number: bigint not_null,
            degrees: numeric(6, 2),
            primary_key(sensor, number),
            partition_by(range(number)),
        });
        create_partition!(readings_low of readings, from(minvalue) to(1_000));
        create_partition!(readings_rest of readings, default);
        create_table!(sites { id: bigint primary_key, place: text not_null, tags: text[] });
    }
}

mod m0002_sites {
    changeover::migration! {
        after super::m0001_measured;
        rename_column!(readings.degrees => celsius);
        add_column!(sites.country: text);
        create_table!(alarms { id: bigint identity primary_key, site: int not_null });
    }
}

changeover::migrations! {
    static MEASURED = [m0001_measured, m0002_sites];
}

#[test]
fn partitions_empty_tables_and_new_ones_have_clients_too() -> Result<(), Failure> {
    block_on(async {
        let database = database("rehearsed_partitions").await?;
        let seed = "insert into readings select n % 7, n, n % 40 from generate_series(1, 2000) n";
        let rehearsal = brief(&MEASURED)
            .seed(seed)
            .expect_none("select from readings where degrees is distinct from celsius")
            .run(database.url())
            .await?;
        expect_clean(&rehearsal)?;
        let db = database.connect().await?;
        for (table, least) in [("readings", 2001), ("sites", 1), ("alarms", 1)] {
            let count: i64 =
                db.query_one(&format!("select count(*) from {table}"), &[]).await?.get(0);
            if count < least {
                fail!("nobody inserted into {table}: {rehearsal}");
            }
        }
        // The way back drops a table that new builds have filled.
        if !rehearsal.notes.iter().any(|note| note.contains("--with-rows")) {
            fail!("nobody says that rows go with the new table: {rehearsal}");
        }
        Ok(())
    })
}

/// A copy that was put together by hand: the migration is not to be blamed for what its rows break.
#[test]
fn rows_that_break_a_constraint_already_are_no_problem_of_the_migration() -> Result<(), Failure> {
    block_on(async {
        let database = database("rehearsed_unsound").await?;
        let orphans = "set session_replication_role = replica; \
            update orders set customer = gen_random_uuid(); \
            set session_replication_role = origin";
        let rehearsal = brief(&MIGRATIONS).seed(SEED).seed(orphans).run(database.url()).await?;
        expect_clean(&rehearsal)?;
        if !rehearsal.left_out.iter().any(|one| one.contains("orders_customer_fkey")) {
            fail!("nobody says what fails at rest: {rehearsal}");
        }
        Ok(())
    })
}
