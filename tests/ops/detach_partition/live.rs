//! Partitions that become tables: concurrently, and beside a partition of the rest.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key, name: text });
        create_table!(events {
            id: bigint identity,
            name: text not_null default "none" check("name <> ''"),
            customer_id: bigint default 1 references(customers.id),
            primary_key(id),
            unique(id, name),
            index(customer_id),
            index((name, id desc), include(customer_id)),
            partition_by(range(id)),
        });
        create_partition!(events_old of events, from(minvalue) to(0));
        create_partition!(events_now of events, from(0) to(maxvalue));
        create_table!(logs { id: bigint, at: date, index(at), partition_by(range(at)) });
        create_partition!(logs_2020 of logs, from("2020-01-01") to("2021-01-01"));
        create_table!(shares { id: bigint, region: text, index(region), partition_by(list(region)) });
        create_partition!(shares_eu of shares, in("de", "fr"));
        create_partition!(shares_rest of shares, default);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        detach_partition!(events_old of events);
        detach_partition!(logs_2020 of logs);
        detach_partition!(shares_eu of shares);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_change;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change, m0003_contract];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into customers (name) values ('c')")
        .seed("insert into logs select n, '2020-02-02' from generate_series(1, 2000) n")
        .seed("insert into shares select n, 'de' from generate_series(1, 2000) n")
        .seed("insert into events (id) select n from generate_series(1, 2000) n")
        .old_build(Client::of("events").writes("name"))
        .new_build(Client::of("events").writes("name"))
}
