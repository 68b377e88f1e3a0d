//! Sequences that change while clients draw from them.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_sequence!(order_numbers, as = integer);
        create_sequence!(tickets, min_value = 5, cache = 3);
        create_table!(orders {
            id: bigint identity primary_key,
            code: text not_null default "",
            number: bigint not_null unique default sql("nextval('order_numbers')"),
            ticket: bigint not_null default sql("nextval('tickets')"),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        change_sequence!(order_numbers, as = bigint, increment = 5, cycle = true, cache = 2);
        change_sequence!(tickets, min_value = 1, max_value = 9_000_000_000, restart = 1_000_000,
            cache = 1, owned_by = orders.ticket);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into orders (code) select 'c' || n from generate_series(1, 500) n")
        .old_build(Client::of("orders").writes("code"))
        .new_build(Client::of("orders").writes("code"))
}
