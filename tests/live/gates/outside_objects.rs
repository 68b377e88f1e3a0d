//! What was made by hand holds back the contract of whole objects too: tables, views, functions,
//! types, keys, partitioned tables.

use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on};

use crate::gates::outside::{Made, held_back_by, made};

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            number: bigint unique,
            total: numeric(12, 2) check("total >= 0"),
        });
        add_index!(orders(total));
        create_table!(events { id: bigint not_null, at: date not_null, note: text, partition_by(range(at)) });
        create_partition!(events_2026 of events, from("2026-01-01") to("2027-01-01"));
        add_index!(events(note));
        create_table!(notes { id: bigint identity primary_key, email: text, text: text });
        add_unique!(notes(email));
        create_view!(emails, "select email from notes");
        create_enum!(mood { happy, sad });
        create_function!(double(n: bigint) returns bigint, language = sql, body = "select n * 2");
    }
}

mod m0002_drop {
    changeover::migration! {
        after super::m0001_base;
        drop_table!(orders);
        drop_column!(events.note);
        drop_constraint!(notes.notes_email_key);
        drop_view!(emails);
        drop_enum!(mood);
        drop_function!(double(bigint));
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_drop;
        contract!(m0002_drop);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_drop, m0003_contract];
}

const ON_OBJECTS: &[Made] = &[
    made(
        "view of a table",
        "create view hand_made as select count(*) from orders",
        "view public.hand_made needs table public.orders",
        "drop view hand_made",
    ),
    made(
        "foreign key to a table",
        "create table hand_made (id bigint constraint of_hand references orders)",
        "table constraint of_hand on public.hand_made needs",
        "drop table hand_made",
    ),
    made(
        "column of a row type",
        "create table hand_made (was orders)",
        "table column public.hand_made.was needs type public.orders",
        "drop table hand_made",
    ),
    made(
        "function of a row type",
        "create function hand_made(orders) returns text language sql as 'select null'",
        "function public.hand_made(public.orders) needs type public.orders",
        "drop function hand_made(orders)",
    ),
    made(
        "default from a sequence of a table",
        "create table hand_made (id bigint default nextval('orders_id_seq'))",
        "table column public.hand_made.id needs sequence public.orders_id_seq",
        "drop table hand_made",
    ),
    made(
        "child of a table",
        "create table hand_made () inherits (orders)",
        "table public.hand_made needs table public.orders",
        "drop table hand_made",
    ),
    made(
        "publication",
        "create publication hand_made for table orders",
        "publication relation public.orders in publication hand_made on table public.orders \
         would be dropped unseen",
        "drop publication hand_made",
    ),
    made(
        "index of one partition",
        "create index hand_made on events_2026 (note)",
        "index public.hand_made on table column public.events_2026.note would be dropped unseen",
        "drop index hand_made",
    ),
    made(
        "index of a partitioned table",
        "create index hand_made on events (note, at)",
        "index public.hand_made on table column public.events.note would be dropped unseen",
        "drop index hand_made",
    ),
    made(
        "view of one partition",
        "create view hand_made as select note from events_2026",
        "view public.hand_made needs table column public.events_2026.note",
        "drop view hand_made",
    ),
    made(
        "foreign key to a key",
        "create table hand_made (who text constraint of_hand references notes (email))",
        "table constraint of_hand on public.hand_made needs",
        "drop table hand_made",
    ),
    made(
        "view of a view",
        "create view hand_made as select * from emails",
        "view public.hand_made needs view public.emails",
        "drop view hand_made",
    ),
    made(
        "column of an enum",
        "create table hand_made (how mood[])",
        "table column public.hand_made.how needs type public.mood[]",
        "drop table hand_made",
    ),
    made(
        "use of a function",
        "create table hand_made (n bigint check (double(n) > 0))",
        "table constraint hand_made_n_check on public.hand_made needs function public.double(bigint)",
        "drop table hand_made",
    ),
];

#[test]
fn a_contract_waits_for_what_depends_on_whole_objects() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("outside_objects").await?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        held_back_by(&fixture, &HISTORY, ON_OBJECTS).await?;
        // A part of a table that goes is no reason to keep the table.
        fixture
            .db
            .batch_execute(
                "create index on orders (id, total);
                 create trigger own before update of total on orders
                     for each row execute function suppress_redundant_updates_trigger();
                 create policy own on orders using (total > 0);
                 create statistics own on id, total from orders;
                 alter table orders add total_too numeric generated always as (total) stored;
                 create table events_2027 partition of events
                     for values from ('2027-01-01') to ('2028-01-01')",
            )
            .await?;
        fixture.runner(&HISTORY).await?.contract().await?;
        fixture.db.batch_execute("drop table events_2027").await?;
        fixture.expect_model(&HISTORY).await
    })
}
