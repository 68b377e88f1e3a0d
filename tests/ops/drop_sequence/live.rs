//! A sequence whose last default is gone.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_sequence!(order_numbers);
        create_table!(orders {
            id: bigint identity primary_key,
            code: text not_null default "",
            number: bigint default sql("nextval('order_numbers')"),
        });
    }
}

mod m0002_default {
    changeover::migration! {
        after super::m0001_base;
        drop_default!(orders.number);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_default;
        contract!(m0002_default);
    }
}

mod m0004_change {
    changeover::migration! {
        after super::m0003_contract;
        drop_sequence!(order_numbers);
    }
}

mod m0005_contract {
    changeover::migration! {
        after super::m0004_change;
        contract!(m0004_change);
    }
}

changeover::migrations! {
    pub static HISTORY =
        [m0001_base, m0002_default, m0003_contract, m0004_change, m0005_contract];
}

pub fn scenario() -> Scenario {
    // Old builds draw from it themselves until they are gone.
    let old = "update orders set code = $2::text, number = nextval('order_numbers') where id = $1";
    Scenario::new(&HISTORY, "m0004_change")
        .seed("insert into orders (code) select 'c' || n from generate_series(1, 500) n")
        .old_build(Client::of("orders").writes("code").update(old))
        .new_build(Client::of("orders").writes("code"))
}
