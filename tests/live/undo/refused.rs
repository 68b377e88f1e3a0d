//! An undo that would be refused, or would lose rows, stops before its first step.

use changeover::{Changeover, Check, ErrorKind, Report};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_events {
    changeover::migration! {
        create_table!(events { id: bigint not_null, at: int not_null, partition_by(range(at)) });
        create_table!(users { id: bigint identity primary_key, name: text });
    }
}

mod m0002_more {
    changeover::migration! {
        after super::m0001_events;
        create_partition!(events_2022 of events, from(2022) to(2023));
        add_column!(users.plan: text);
        add_index!(users(name));
    }
}

mod m0003_orders {
    changeover::migration! {
        after super::m0002_more;
        create_table!(orders {
            id: bigint identity primary_key,
            user_id: bigint references(users.id),
        }, allow(foreign_key_without_index, reason = "a test"));
        create_function!(twice(n: int) returns int, language = sql, body = "select 2 * n");
        create_sequence!(numbers);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_events, m0002_more, m0003_orders];
}

fn refused<T>(outcome: Result<T, changeover::Error>, words: &[&str]) -> Result<(), Failure> {
    let error = match outcome {
        Ok(_) => fail!("it was not refused"),
        Err(error) if error.kind() == ErrorKind::UndoRefused => error.to_string(),
        Err(error) => fail!("another error: {error}"),
    };
    match words.iter().find(|word| !error.contains(**word)) {
        Some(word) => fail!("`{word}` is missing: {error}"),
        None => Ok(()),
    }
}

async fn prepared(name: &str) -> Result<(Fixture, Changeover), Failure> {
    let fixture = Fixture::new(name).await?;
    let mut runner = fixture.runner(&HISTORY).await?;
    runner.migrate().await?;
    Ok((fixture, runner))
}

fn lost(report: &Report) -> Vec<&str> {
    let lost = report.findings.iter().filter(|finding| finding.check == Check::Loss);
    lost.map(|finding| finding.what.as_str()).collect()
}

#[test]
fn rows_of_a_partition_stop_it_before_the_first_step() -> Result<(), Failure> {
    block_on(async {
        let (fixture, mut runner) = prepared("undo_partition").await?;
        runner.undo("m0003_orders").await?;
        let before = fixture.catalog().await?;
        fixture.db.batch_execute("insert into events values (1, 2022)").await?;
        refused(runner.undo("m0002_more").await, &["events_2022", "a row", "undo_with_rows"])?;
        if fixture.catalog().await? != before {
            fail!("something was undone before it was refused");
        }
        runner.migrate().await?;
        fixture.expect_model(&HISTORY).await?;
        runner.undo_to_with_rows("m0001_events").await?;
        if fixture.count("select count(*) from events").await? != 0 {
            fail!("the rows are still there");
        }
        Ok(())
    })
}

#[test]
fn tables_with_rows_go_by_name_only() -> Result<(), Failure> {
    block_on(async {
        let (fixture, mut runner) = prepared("undo_rows").await?;
        fixture.db.batch_execute("insert into users (name) values ('a'), ('b')").await?;
        fixture.db.batch_execute("insert into orders (user_id) select id from users").await?;
        fixture.db.batch_execute("alter table orders enable row level security").await?;
        let undone = runner.undo_to("m0002_more").await;
        refused(undone, &["\"public\".\"orders\" has 2 rows", "undo_with_rows(\"m0003_orders\")"])?;
        fixture.db.batch_execute("alter table orders disable row level security").await?;
        refused(runner.undo("m0003_orders").await, &["has 2 rows"])?;
        let report = runner.undo_with_rows("m0003_orders").await?;
        if !matches!(lost(&report).as_slice(), [one] if one.contains("orders")) {
            fail!("another account: {:?}", report.findings);
        }
        // The users are older than what is undone; what builds wrote to the new column goes.
        let report = runner.undo("m0002_more").await?;
        if !matches!(lost(&report).as_slice(), [one] if one.contains("plan")) {
            fail!("another account: {:?}", report.findings);
        }
        if fixture.count("select count(*) from users").await? != 2 {
            fail!("a row was lost");
        }
        refused(runner.undo("m0001_events").await, &["users"])?;
        fixture.db.batch_execute("delete from users").await?;
        runner.undo("m0001_events").await.map(drop).map_err(Into::into)
    })
}

#[test]
fn what_no_migration_made_stops_it_before_the_first_step() -> Result<(), Failure> {
    block_on(async {
        let (fixture, mut runner) = prepared("undo_dependents").await?;
        let before = fixture.catalog().await?;
        let by_hand = [
            ("create view report as select plan from users", "drop view report"),
            ("create view report as select twice(1)", "drop view report"),
            ("create table notes (o bigint references orders)", "drop table notes"),
            ("create view report as select last_value from numbers", "drop view report"),
            (
                "create function plans(users) returns orders language sql as 'select null::orders'",
                "drop function plans(users)",
            ),
            ("create policy own on users using (plan = 'a')", "drop policy own on users"),
        ];
        for (make, drop) in by_hand {
            fixture.db.batch_execute(make).await?;
            refused(runner.undo_to("m0001_events").await, &["needs", "drop what no migration"])?;
            fixture.db.batch_execute(drop).await?;
            if fixture.catalog().await? != before {
                fail!("something was undone before it was refused: {make}");
            }
        }
        // What goes unseen with a column is no hindrance.
        fixture.db.batch_execute("create index on users (plan)").await?;
        runner.undo_to("m0001_events").await.map(drop).map_err(Into::into)
    })
}

#[test]
fn a_way_back_that_is_refused_half_way_leaves_the_way_forth() -> Result<(), Failure> {
    block_on(async {
        let (fixture, mut runner) = prepared("undo_half_way").await?;
        let refuse = "create function refuse() returns event_trigger language plpgsql as $$ begin \
             if exists (select from pg_event_trigger_dropped_objects() \
               where object_name = 'events_2022') then raise exception 'not this one'; end if; \
             end $$; create event trigger refuse on sql_drop execute function refuse()";
        fixture.db.batch_execute(refuse).await?;
        let Err(error) = runner.undo_to("m0001_events").await else { fail!("it was not refused") };
        if error.kind() != ErrorKind::Statement {
            fail!("another error: {error}");
        }
        let gone = "select count(*) from pg_attribute where attrelid = 'users'::regclass \
                    and attname = 'plan'";
        if fixture.count(gone).await? != 0 {
            fail!("nothing was undone before it was refused");
        }
        // Neither way may be closed.
        for _ in 0..2 {
            runner.migrate().await?;
            if runner.undo_to("m0001_events").await.is_ok() {
                fail!("the partition went");
            }
        }
        runner.migrate().await?;
        fixture.db.batch_execute("drop event trigger refuse; drop function refuse()").await?;
        fixture.expect_model(&HISTORY).await?;
        runner.undo_to("m0001_events").await.map(drop).map_err(Into::into)
    })
}

mod m0001_tickets {
    changeover::migration! {
        create_sequence!(numbers, as = integer);
        create_table!(tickets { id: bigint not_null, primary_key(id), partition_by(range(id)) });
        create_table!(spare { id: bigint not_null, primary_key(id) });
        create_table!(notes {
            id: bigint primary_key,
            ticket_id: bigint references(tickets.id),
            index(ticket_id),
        });
    }
}

mod m0002_wider {
    changeover::migration! {
        after super::m0001_tickets;
        attach_partition!(spare of tickets, from(0) to(1000));
        change_sequence!(numbers, as = bigint);
        add_column!(notes.text: text);
    }
}

changeover::migrations! {
    static WIDER = [m0001_tickets, m0002_wider];
}

#[test]
fn what_the_former_bounds_have_no_room_for_stops_it_before_the_first_step() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("undo_bounds").await?;
        let mut runner = fixture.runner(&WIDER).await?;
        runner.migrate().await?;
        let before = fixture.catalog().await?;
        let cases = [
            (
                "insert into tickets values (1); insert into notes values (1, 1)",
                "delete from notes",
            ),
            ("select setval('numbers', 3000000000)", "select setval('numbers', 7)"),
        ];
        for (make, mend) in cases {
            fixture.db.batch_execute(make).await?;
            match runner.undo("m0002_wider").await {
                Err(error) if error.kind() == ErrorKind::Violation => {}
                Err(error) => fail!("another error after `{make}`: {error}"),
                Ok(_) => fail!("it was not refused after `{make}`"),
            }
            if fixture.catalog().await? != before {
                fail!("something was undone before it was refused: {make}");
            }
            fixture.db.batch_execute(mend).await?;
        }
        runner.undo("m0002_wider").await.map(drop).map_err(Into::into)
    })
}

mod m0001_named {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            number: bigint not_null,
            total: bigint check("total >= 0"),
            kind: bigint,
            note: text check("note <> ''", name = noted),
            index(total, name = by_total),
        });
    }
}

/// The last change is undone first, so that only the look before that can stop what the others meet.
mod m0002_named {
    changeover::migration! {
        after super::m0001_named;
        create_sequence!(numbers);
        set_default!(orders.number, sql("nextval('numbers')"));
        rename_index!(by_total => totals);
        rename_constraint!(orders.noted => has_note);
        drop_constraint!(orders.orders_total_check);
        set_not_null!(orders.kind);
        add_column!(orders.rank: bigint identity);
        add_column!(orders.plan: text);
    }
}

changeover::migrations! {
    static NAMED = [m0001_named, m0002_named];
}

#[test]
fn defaults_and_names_given_by_hand_stop_it_before_the_first_step() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("undo_named").await?;
        let mut runner = fixture.runner(&NAMED).await?;
        runner.migrate().await?;
        fixture.db.batch_execute("create table by_hand (id bigint)").await?;
        let before = fixture.catalog().await?;
        let by_hand = [
            (
                "alter table by_hand alter id set default nextval('numbers')",
                "alter table by_hand alter id drop default",
                "numbers",
            ),
            (
                "alter table by_hand alter id set default nextval('orders_rank_seq')",
                "alter table by_hand alter id drop default",
                "orders_rank_seq",
            ),
            (
                "alter table orders alter kind add generated always as identity",
                "alter table orders alter kind drop identity",
                "orders_kind_seq",
            ),
            (
                "create unique index known_by on orders (kind);
                 alter table orders replica identity using index known_by",
                "alter table orders replica identity default; drop index known_by",
                "known_by",
            ),
            (
                "alter table orders drop constraint orders_pkey, add constraint other_key primary key (kind)",
                "alter table orders drop constraint other_key, add constraint orders_pkey primary key (id)",
                "other_key",
            ),
            ("create index by_total on by_hand (id)", "drop index by_total", "by_total"),
            (
                "alter table orders add constraint noted check (id > 0)",
                "alter table orders drop constraint noted",
                "noted on",
            ),
            (
                "alter table orders add constraint orders_total_check check (id > 0)",
                "alter table orders drop constraint orders_total_check",
                "orders_total_check on",
            ),
        ];
        for (make, drop, names) in by_hand {
            fixture.db.batch_execute(make).await?;
            refused(runner.undo("m0002_named").await, &[names, "what no migration has made first"])
                .map_err(|failure| failure.during(make))?;
            fixture.db.batch_execute(drop).await?;
            if fixture.catalog().await? != before {
                fail!("something was undone before it was refused: {make}");
            }
        }
        runner.undo("m0002_named").await.map(drop).map_err(Into::into)
    })
}
