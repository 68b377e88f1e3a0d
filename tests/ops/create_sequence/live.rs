//! A sequence that gives a column its values, and goes with it.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            code: text not_null default "",
            number: bigint,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        create_sequence!(order_numbers, start = 1000, increment = 10, owned_by = orders.number);
        set_default!(orders.number, sql("nextval('order_numbers')"));
        create_sequence!(countdown, as = smallint, increment = -1, min_value = -100, max_value = 100,
            cache = 5, cycle = true);
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
        .equal("select count(*) from orders where number < 1000 or number % 10 <> 0")
}
