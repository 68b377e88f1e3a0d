//! A check and a foreign key that old rows may have broken are proved while clients write.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key, name: text not_null });
        create_table!(orders {
            id: bigint identity primary_key,
            total: bigint not_null,
            customer_id: bigint not_null default 1,
            check("total >= 0", not_valid, name = orders_total_positive),
            foreign_key(customer_id => customers.id, not_valid),
            index(customer_id),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        validate_constraint!(orders.orders_total_positive);
        validate_constraint!(orders.orders_customer_id_fkey);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    let client = || {
        Client::of("orders")
            .writes_as("total", "$2::text::bigint")
            .values(|n| n.to_string())
            .also("customer_id", "2")
    };
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into customers (name) select 'c' || n from generate_series(1, 20) n")
        .seed("insert into orders (total) select n from generate_series(1, 3000) n")
        .old_build(client())
        .new_build(client())
}
