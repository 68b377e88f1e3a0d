//! Old builds write numbers of their own, new ones leave them to PostgreSQL, at the same time.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            number: bigint not_null unique,
            label: text not_null,
            note: text not_null default "",
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_identity!(orders.number, always, increment = 2);
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
    let touch = "update orders set note = note || '.' where id = $1";
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into orders (number, label) select n, 'l' || n from generate_series(1, 3000) n")
        // Each number leaves room for those that PostgreSQL gives until the next one.
        .old_build(
            Client::of("orders").writes("label").also("number", "$1::bigint * 10000").unrelated(touch),
        )
        .new_build(Client::of("orders").writes("label").unrelated(touch))
        .equal(
            "select count(*) from orders
             where number > pg_sequence_last_value(pg_get_serial_sequence('orders', 'number')::regclass)",
        )
}
