//! A table that becomes partitioned with what no migration made: it comes along and goes back, or stops
//! the migration before anything is changed.

use changeover_tests::fixture::Fixture;
use changeover_tests::{Client, Failure, block_on, catalog, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(events {
            id: bigint identity,
            created_at: date not_null,
            name: text,
            primary_key(id, created_at),
        });
        create_policy!(seen on events, to("pg_monitor"), using = "name <> 'secret'");
        enable_row_level_security!(events, force);
        grant!(select on events to "pg_monitor");
    }
}

mod m0002_partition {
    changeover::migration! {
        after super::m0001_base;
        partition_table!(events, by range(created_at), events_rest default);
    }
}

mod m0003_months {
    changeover::migration! {
        after super::m0002_partition;
        create_partition!(events_2029 of events, from("2029-01-01") to("2030-01-01"));
    }
}

changeover::migrations! { static HISTORY = [m0001_base, m0002_partition]; }
changeover::migrations! { static MONTHS = [m0001_base, m0002_partition, m0003_months]; }

/// What is made by hand, and comes along.
const BY_HAND: &str = "
    create sequence numbers owned by events.name;
    grant select (id), update (name) on events to pg_read_all_stats;
    create policy narrow on events as restrictive for select using (id > 0);
    comment on policy narrow on events is 'narrow';
    comment on index events_pkey is 'the key';
    create function touch() returns trigger language plpgsql
        as $$ begin new.name := coalesce(new.name, 'touched'); return new; end $$;
    create trigger touched before insert on events for each row when (new.id > 0)
        execute function touch();
    alter table events enable always trigger touched;
    create trigger idle before update on events for each row execute function touch();
    alter table events disable trigger idle;
    create view shown with (security_barrier) as select id, name from events where id > 0
        with cascaded check option;
    create view counted as select count(*) as rows from shown;
    grant select on shown to pg_monitor;
    create function rows_of() returns bigint language sql
        begin atomic select count(*) from events; end;
    create table guarded (id bigint);
    create policy by_events on guarded using (exists (select from events e where e.id = guarded.id));
    create publication of_events for table events with (publish_via_partition_root = true);
    alter table events replica identity full;
    alter table events alter column name set statistics 300";

async fn seeded(name: &str, by_hand: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    let Some(base) = HISTORY.until("m0001_base") else { fail!("it has no base") };
    fixture.runner(&base).await?.migrate().await?;
    let seed = "insert into events (created_at, name)
        select date '2026-01-01' + n, case when n % 2 = 0 then 'secret' else 'e' || n end
        from generate_series(1, 500) n;
        select setval('events_id_seq', 1000000000)";
    fixture.db.batch_execute(seed).await?;
    fixture.db.batch_execute(by_hand).await?;
    Ok(fixture)
}

/// The rows that a role sees which policies are for: by the table, by a view of the owner's, and none by
/// the partition alone.
async fn expect_hidden(fixture: &Fixture, readers: &[&str]) -> Result<(), Failure> {
    fixture.db.batch_execute("set role pg_monitor").await?;
    let mut wrong = Vec::new();
    for reader in readers {
        if fixture.count(&format!("select count(*) from {reader}")).await? != 250 {
            wrong.push(*reader);
        }
    }
    let direct = fixture.count("select count(*) from events_rest").await;
    fixture.db.batch_execute("reset role").await?;
    if direct.is_ok() || !wrong.is_empty() {
        fail!("rows are seen by {wrong:?}, or by the partition: {direct:?}");
    }
    Ok(())
}

#[test]
fn what_was_made_by_hand_comes_along_and_goes_back() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("becoming_partitioned", BY_HAND).await?;
        let before = catalog::dump(&fixture.db).await?;
        let client = Client::of("events").writes("name").also("created_at", "date '2026-02-02'");
        let client = client.upsert(
            "insert into events (id, created_at, name) overriding system value
             select id, created_at, $2 from events where id = $1
             on conflict (id, created_at) do update set name = excluded.name",
        );
        let traffic = fixture.traffic(&client).await?;
        let mut clients = traffic.start("any", &client).await?;
        clients.advance(20).await?;
        let last = "select last_value from events_id_seq";
        for round in 0..2 {
            let number = fixture.count(last).await?;
            fixture.runner(&HISTORY).await?.migrate().await?;
            clients.advance(20).await?;
            let next = "insert into events (created_at) values ('2039-01-01') returning id";
            let next = fixture.count(next).await?;
            if next <= number {
                fail!("in round {round} the sequence went back from {number} to {next}");
            }
            fixture.db.batch_execute(&format!("delete from events where id = {next}")).await?;
            let published = "select count(*) from pg_publication_tables where tablename = 'events'";
            if fixture.count(published).await? != 1 {
                fail!("it is not published");
            }
            let same = "select rows_of() - (select count(*) from events)
                + (select rows from counted) - (select count(*) from events)";
            let (between_actions, _) = traffic.pause().await;
            if fixture.count(same).await? != 0 {
                fail!("what reads it reads the old table");
            }
            drop(between_actions);
            fixture.runner(&HISTORY).await?.undo("m0002_partition").await?;
            clients.advance(20).await?;
            let after = catalog::dump(&fixture.db).await?;
            catalog::expect_equal(("before", &before), ("after the undo", &after))?;
        }
        clients.leave().await?;
        traffic.verify(&fixture.db, &client).await
    })
}

#[test]
fn policies_hide_the_same_rows_as_before() -> Result<(), Failure> {
    block_on(async {
        let view = "create view shown as select id, name from events;
            alter view shown owner to pg_monitor";
        let fixture = seeded("partitioned_policies", view).await?;
        for history in [&HISTORY, &MONTHS] {
            fixture.runner(history).await?.migrate().await?;
            expect_hidden(&fixture, &["events", "shown"]).await?;
        }
        Ok(())
    })
}

/// What is made by hand, what is said of it, and what takes it back.
const IN_THE_WAY: [[&str; 3]; 10] = [
    ["create index by_hand on events (name)", "index by_hand is of no", "drop index by_hand"],
    [
        "alter table events add constraint named check (name <> '') not valid",
        "constraint named is not valid",
        "alter table events drop constraint named",
    ],
    [
        "create materialized view kept as select id from events",
        "materialized view public.kept reads it",
        "drop materialized view kept",
    ],
    ["create table child () inherits (events)", "inherits", "drop table child"],
    [
        "create rule quiet as on delete to events do also select 1",
        "rule quiet",
        "drop rule quiet on events",
    ],
    ["create table rows_of (one events)", "uses its row as a type", "drop table rows_of"],
    [
        "create publication of_events for table events",
        "publication of_events",
        "drop publication of_events",
    ],
    [
        "create table pointing (id bigint, at date, foreign key (id, at) references events)",
        "foreign key pointing_id_at_fkey of public.pointing",
        "drop table pointing",
    ],
    [
        "create function pass() returns trigger language plpgsql as 'begin return null; end';
        create trigger seen after insert on events referencing new table as fresh
            for each row execute function pass()",
        "trigger seen",
        "drop function pass() cascade",
    ],
    [
        "alter table events replica identity using index events_pkey",
        "replica identity",
        "alter table events replica identity default",
    ],
];

#[test]
fn what_cannot_come_along_stops_it_before_anything_is_changed() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("not_partitioned", "").await?;
        for [by_hand, words, gone] in IN_THE_WAY {
            fixture.db.batch_execute(by_hand).await?;
            let before = catalog::dump(&fixture.db).await?;
            match fixture.runner(&HISTORY).await?.migrate().await {
                Ok(_) => fail!("nothing stopped it over `{by_hand}`"),
                Err(error) if error.to_string().contains(words) => {}
                Err(error) => fail!("`{words}` is missing: {error}"),
            }
            let after = catalog::dump(&fixture.db).await?;
            catalog::expect_equal(("before", &before), ("after the refusal", &after))?;
            fixture.db.batch_execute(gone).await?;
        }
        fixture.runner(&HISTORY).await?.migrate().await?;
        fixture.expect_model(&HISTORY).await
    })
}

#[test]
fn another_partition_stops_the_way_back() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("partitioned_further", "").await?;
        let plain = catalog::dump(&fixture.db).await?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        let more = "create table events_2030 partition of events
            for values from ('2030-01-01') to ('2031-01-01')";
        fixture.db.batch_execute(more).await?;
        let before = catalog::dump(&fixture.db).await?;
        match fixture.runner(&HISTORY).await?.undo("m0002_partition").await {
            Err(error)
                if error.to_string().contains("other partitions: public.events_2030")
                    && error.to_string().contains("help: move their rows, then detach or drop") => {
            }
            other => fail!("it was not stopped: {other:?}"),
        }
        let after = catalog::dump(&fixture.db).await?;
        catalog::expect_equal(("before", &before), ("after the refusal", &after))?;
        fixture.db.batch_execute("drop table events_2030").await?;
        fixture.runner(&HISTORY).await?.undo("m0002_partition").await?;
        let after = catalog::dump(&fixture.db).await?;
        catalog::expect_equal(("before", &plain), ("after the undo", &after))
    })
}
