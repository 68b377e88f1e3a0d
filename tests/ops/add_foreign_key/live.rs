//! Clients write both tables, the one that is pointed at first, as applications do. Old builds go
//! on writing referrers that are none, which are mended.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(customers {
            id: bigint identity primary_key,
            region: text not_null,
            name: text,
            unique(region, id),
        });
        create_table!(orders {
            id: bigint identity primary_key,
            customer_id: bigint,
            seller_id: bigint not_null,
            region: text not_null default "north",
            previous_id: bigint,
            referrer_id: bigint,
            index(referrer_id),
            index(customer_id),
            index(region, seller_id),
            index(previous_id),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_foreign_key!(orders.customer_id => customers.id, on_delete = cascade);
        add_foreign_key!(orders(region, seller_id) => customers(region, id), initially_deferred);
        add_foreign_key!(orders.previous_id => orders.id, on_delete = set_null, on_update = cascade);
        add_foreign_key!(orders.referrer_id => customers.id, fill = "null");
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
        .seed("insert into customers (region, name) select 'north', 'c' || n from generate_series(1, 100) n")
        .seed(
            "insert into orders (customer_id, seller_id, referrer_id)
             select nullif(n % 101, 0), n % 100 + 1, nullif(n % 150, 0) from generate_series(1, 5000) n",
        )
        .old_build(
            Client::of("orders")
                .writes_as("customer_id", "$2::text::bigint")
                .also("seller_id", "7")
                .also("referrer_id", "$1::bigint % 200")
                .values(|n| (n % 100 + 1).to_string())
                .nullable()
                .without_deletes()
                .unrelated(
                    "with customer as (
                         update customers set name = name where id = $1::bigint % 100 + 1 returning id
                     )
                     update orders set seller_id = (select id from customer), previous_id = id,
                         referrer_id = 99 + id % 3
                     where id = $1",
                ),
        )
        .new_build(
            Client::of("orders")
                .writes_as("customer_id", "$2::text::bigint")
                .also("seller_id", "7")
                .values(|n| (n % 100 + 1).to_string())
                .without_deletes(),
        )
        .equal(
            "select count(*) from orders
             where referrer_id not in (select id from customers)",
        )
}
