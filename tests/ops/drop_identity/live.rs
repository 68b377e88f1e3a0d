//! Old builds leave the number to PostgreSQL until the contract; new ones write it.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            number: bigint identity(always, start = 1000, increment = 10) unique,
            label: text not_null,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_identity!(orders.number);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_change;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_change, m0003_contract];
}

/// The scenario, for `live` and `plan`.
pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into orders (label) select 'l' || n from generate_series(1, 2000) n")
        .old_build(Client::of("orders").writes("label"))
        // Each number leaves room for those that PostgreSQL gives until the next one.
        .new_build(Client::of("orders").writes("label").also("number", "$1::bigint * 10000"))
        .equal(
            "select count(*) from orders
             where number > pg_sequence_last_value(pg_get_serial_sequence('orders', 'number')::regclass)",
        )
}
