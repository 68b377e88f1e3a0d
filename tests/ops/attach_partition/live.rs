//! A table with rows and traffic of its own, beside a partition of the rest.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key, name: text });
        create_table!(events {
            id: bigint not_null,
            name: text not_null default "none",
            customer_id: bigint default 1 references(customers.id),
            primary_key(id),
            check("name <> ''", name = events_named),
            index(customer_id),
            index((name, id desc), where = "id > 0"),
            partition_by(range(id)),
        });
        create_partition!(events_rest of events, default);
        create_table!(legacy_events {
            id: bigint not_null,
            name: text not_null default "none",
            customer_id: bigint default 1 references(customers.id),
            primary_key(id),
            check("name <> ''", name = events_named),
            index(customer_id),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        attach_partition!(legacy_events of events, from(0) to(1_000_000_000));
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into customers (name) values ('c')")
        .seed("insert into legacy_events (id) select n from generate_series(1, 2000) n")
        .old_build(Client::of("legacy_events").writes("name"))
        .new_build(Client::of("events").rows_of("legacy_events").writes("name"))
}
