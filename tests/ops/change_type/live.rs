//! `orders.amount` gets more places, and the keys of `customers` more room, under their names.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(
            customers { id: integer identity primary_key, name: text },
            allow(narrow_key, reason = "to be widened")
        );
        create_table!(orders {
            id: bigint identity primary_key,
            amount: numeric(10, 2) not_null default 0 unique check("amount >= 0"),
            customer_id: integer not_null references(customers.id, on_delete = cascade),
            note: text not_null default "",
            index((amount desc, note), where = "amount > 10", include(id)),
            index(sql("abs(amount)")),
            index(customer_id),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        /// Prices per gram need four places.
        change_type!(orders.amount: numeric(14, 4));
        change_type!(customers.id: bigint, with(orders.customer_id));
    }
}

mod m0003_switch {
    changeover::migration! {
        after super::m0002_change;
        switch!(m0002_change);
    }
}

mod m0004_contract {
    changeover::migration! {
        after super::m0003_switch;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change, m0003_switch, m0004_contract];
}

pub fn scenario() -> Scenario {
    let touch = "update orders set note = note || '.' where id = $1";
    let client = || {
        Client::of("orders")
            .writes("amount")
            .also("customer_id", "(1 + $1::bigint % 5)::integer")
            .read("select trim_scale(amount) from orders where id = $1")
            .values(|n| format!("{n}.25"))
            .unrelated(touch)
    };
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into customers (name) select 'c' || n from generate_series(1, 9) n")
        .seed(
            "insert into orders (amount, customer_id)
             select n + 0.5, 1 + n % 9 from generate_series(1, 5000) n",
        )
        .old_build(client())
        .new_build(client())
        .equal(
            "select count(*) from orders
             where amount is distinct from orders_amount_new_551a68a7",
        )
        .equal_switched(
            "select count(*) from orders
             where amount is distinct from orders_amount_old_551a68a7",
        )
}
