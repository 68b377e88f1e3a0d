//! A table with keys in both directions, a view, policies, triggers and an identity becomes partitioned
//! while clients write it, its view and what points at it.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key, name: text });
        create_table!(events {
            id: bigint identity(increment = 3),
            created_at: date not_null,
            customer_id: bigint default 1 references(customers.id),
            name: text not_null default "none" check("name <> ''") comment("what"),
            note: text statistics(200),
            shout: text generated("upper(name)"),
            primary_key(id, created_at),
            unique(created_at, id, name),
            index(customer_id),
            index((sql("lower(name)")), where = "id > 0", name = events_lower),
            with(fillfactor = 80),
            comment("all of them"),
        });
        create_table!(notes {
            id: bigint identity primary_key,
            event_id: bigint,
            event_at: date,
            foreign_key(event_id, event_at => events(id, created_at), on_delete = cascade),
            index(event_id, event_at),
        });
        set_replica_identity!(events, full);
        create_view!(
            recent,
            "select id, created_at, name, note from events where id > 0",
            security_barrier,
            check_option = local
        );
        create_view!(by_day, "select created_at, count(*) as events from events group by 1");
        create_function!(touch() returns trigger, language = plpgsql,
            body = "begin new.note := coalesce(new.note, 'touched'); return new; end");
        create_function!(pass() returns trigger, language = plpgsql,
            body = "begin return null; end");
        create_trigger!(touched on events, before(insert, update), function = touch);
        create_trigger!(counted on events, after(insert), each = statement, new_table = fresh,
            function = pass);
        create_policy!(seen on events, using = "name <> 'secret'");
        create_policy!(of_events on customers, using =
            "exists (select from events e where e.customer_id = customers.id)");
        enable_row_level_security!(events);
        grant!(select, insert, update(name) on events to "pg_monitor");
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        partition_table!(events, by range(created_at), events_before to("2027-01-01"));
        create_partition!(events_2027 of events, from("2027-01-01") to("2028-01-01"));
        create_partition!(events_rest of events, default);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into customers (name) values ('c')")
        .seed(
            "insert into events (created_at, name) select date '2026-01-01' + n % 300, 'e' || n \
             from generate_series(1, 2000) n",
        )
        .seed("insert into notes (event_id, event_at) select id, created_at from events")
        .old_build(
            Client::of("events")
                .writes("name")
                .also("created_at", DAY)
                .upsert(
                    "insert into events (id, created_at, name) overriding system value \
                     select id, created_at, $2 from events where id = $1 \
                     on conflict (id, created_at) do update set name = excluded.name",
                )
                .unrelated(
                    "insert into notes (event_id, event_at) \
                     select id, created_at from events where id = $1",
                ),
        )
        .new_build(
            Client::of("recent").rows_of("events").writes("name").also("created_at", DAY).upsert(
                "insert into recent (id, created_at, name) overriding system value \
                     select id, created_at, $2 from recent where id = $1 \
                     on conflict (id, created_at) do update set name = excluded.name",
            ),
        )
        .equal(
            "select count(*) from notes n where not exists \
                (select from events e where (e.id, e.created_at) = (n.event_id, n.event_at))",
        )
        .equal("select abs(sum(d.events) - (select count(*) from events))::bigint from by_day d")
}

const DAY: &str = "date '2026-01-01' + ($1::bigint % 300)::integer";
