//! A table that new builds no longer use.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(customers {
            id: bigint identity primary_key,
            name: text not_null,
        });
        create_table!(legacy_orders {
            id: bigint identity primary_key,
            customer_id: bigint references(customers.id),
            index(customer_id),
            status: text not_null,
            index(status),
        });
        create_table!(legacy_events { id: bigint, at: date, partition_by(range(at)) });
        create_partition!(legacy_events_1 of legacy_events, from(minvalue) to(maxvalue));
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_table!(legacy_orders);
        drop_table!(legacy_events);
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
        .seed("insert into customers (name) select 'c' || n from generate_series(1, 500) n")
        .seed("insert into legacy_orders (status) select 's' || n from generate_series(1, 500) n")
        .old_build(Client::of("legacy_orders").writes("status").also("customer_id", "1"))
        .new_build(Client::of("customers").writes("name").without_deletes())
}
