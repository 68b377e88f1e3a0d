//! A table that refers to one that clients write all the time.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(customers {
            id: bigint identity primary_key,
            name: text not_null,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        create_table!(orders {
            id: bigint identity primary_key,
            customer_id: bigint not_null references(customers.id, on_delete = cascade),
            status: text not_null default "pending",
            total: numeric(12, 2) not_null default 0 check("total >= 0"),
            created_at: timestamptz not_null default sql("now()"),
            previous_id: bigint references(orders.id, on_delete = set_null, deferrable),
            unique(customer_id, status),
            unique(created_at, id, include(status), initially_deferred, name = orders_at_key),
            check("total < 1000000", no_inherit, name = orders_total_bound),
            foreign_key(previous_id => orders.id, match = full, initially_deferred, name = orders_of),
            exclude(created_at with "=", status text_ops with "=", using = btree, where = "id < 0"),
            index(previous_id),
            index(status, created_at desc),
        });
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into customers (name) select 'c' || n from generate_series(1, 500) n")
        .old_build(Client::of("customers").writes("name").without_deletes())
        .new_build(Client::of("orders").writes("status").also("customer_id", "1"))
}
