//! A domain whose last column is gone.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_domain!(order_code: text check("value <> ''"));
        create_table!(orders {
            id: bigint identity primary_key,
            code: text not_null default "",
            number: order_code,
        });
    }
}

mod m0002_column {
    changeover::migration! {
        after super::m0001_base;
        drop_column!(orders.number);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_column;
        contract!(m0002_column);
    }
}

mod m0004_change {
    changeover::migration! {
        after super::m0003_contract;
        drop_domain!(order_code);
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
        [m0001_base, m0002_column, m0003_contract, m0004_change, m0005_contract];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0004_change")
        .seed("insert into orders (code) select 'c' || n from generate_series(1, 500) n")
        .old_build(Client::of("orders").writes("code"))
        .new_build(Client::of("orders").writes("code"))
}
