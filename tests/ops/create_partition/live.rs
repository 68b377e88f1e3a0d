//! Partitions by range, beside a partition of the rest, by list and by hash.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key, name: text });
        create_table!(events {
            id: bigint not_null,
            name: text not_null default "none" check("name <> ''"),
            customer_id: bigint default 1 references(customers.id),
            shout: text generated("upper(name)"),
            primary_key(id),
            index(customer_id),
            index(name, id desc),
            partition_by(range(id)),
        });
        create_partition!(events_rest of events, default);
        create_table!(shares { id: bigint, region: text comment("c"), index(region), partition_by(list(region)) });
        create_table!(parts { id: bigint, partition_by(hash(id)) });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        create_partition!(events_old of events, from(minvalue) to(0));
        create_partition!(events_next of events, from(1_000_000_000) to(2_000_000_000));
        create_partition!(shares_eu of shares, in("de", "it's", null));
        create_partition!(shares_rest of shares, default);
        create_partition!(parts_0 of parts, modulus(2) remainder(0));
        create_table!(visits { at: date, partition_by(range(at)) });
        create_partition!(visits_1 of visits, from("2020-01-01") to(maxvalue));
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into customers (name) values ('c')")
        .seed("insert into events (id) select n from generate_series(1, 2000) n")
        .old_build(Client::of("events").writes("name"))
        .new_build(Client::of("events").writes("name"))
}
