//! A check and a foreign key that go before new builds write what they forbid, a key and a foreign
//! key that cascades, which old builds need until the contract.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key, name: text not_null });
        create_table!(orders {
            id: bigint identity primary_key,
            number: bigint not_null unique,
            total: bigint not_null check("total >= 0"),
            seller_id: bigint not_null default 1 references(customers.id),
            customer_id: bigint not_null default 1 references(customers.id, on_delete = cascade),
            index(seller_id),
            index(customer_id),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_constraint!(orders.orders_total_check);
        drop_constraint!(orders.orders_seller_id_fkey);
        drop_constraint!(orders.orders_customer_id_fkey);
        drop_constraint!(orders.orders_number_key);
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
        .seed("insert into customers (name) select 'c' || n from generate_series(1, 20) n")
        .seed("insert into orders (number, total) select n, n from generate_series(1, 3000) n")
        .old_build(
            Client::of("orders")
                .writes_as("total", "$2::text::bigint")
                .also("number", "$1")
                .values(|n| n.to_string())
                .upsert(
                    "insert into orders (id, number, total) overriding system value
                     values ($1, $1, $2::text::bigint)
                     on conflict (number) do update set total = excluded.total",
                )
                .unrelated(
                    "update orders set seller_id = id % 20 + 1, customer_id = 2 where id = $1",
                ),
        )
        .new_build(
            Client::of("orders")
                .writes_as("total", "$2::text::bigint")
                .also("number", "$1")
                .also("seller_id", "77")
                .values(|n| format!("-{}", n + 1)),
        )
        .without_rollback()
}
