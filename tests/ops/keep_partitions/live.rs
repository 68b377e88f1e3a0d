//! A rule under clients whose rows have a partition that is no rule's.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key, name: text });
        create_table!(events {
            id: bigint not_null,
            at: timestamptz not_null default "2001-01-01 00:00:00+00",
            name: text not_null default "none" check("name <> ''"),
            customer_id: bigint default 1 references(customers.id),
            primary_key(id, at),
            index(customer_id),
            partition_by(range(at)),
        });
        create_partition!(events_old of events, from(minvalue) to("2002-01-01 00:00:00+00"));
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        keep_partitions!(events, monthly, ahead = 2, keep = "1000 years", behind = detach);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

fn build() -> Client {
    Client::of("events").writes("name").upsert(
        "insert into events (id, name) values ($1, $2) on conflict (id, at) do update set name = excluded.name",
    )
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .made_by_rule("events_2")
        .seed("insert into customers (name) values ('c')")
        .seed("insert into events (id) select n from generate_series(1, 2000) n")
        .old_build(build())
        .new_build(build())
}
