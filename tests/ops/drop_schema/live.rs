//! A schema whose last table is gone.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_schema!(billing);
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
        });
        create_table!(billing.invoices { id: bigint identity primary_key });
    }
}

mod m0002_table {
    changeover::migration! {
        after super::m0001_base;
        drop_table!(billing.invoices);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_table;
        contract!(m0002_table);
    }
}

mod m0004_change {
    changeover::migration! {
        after super::m0003_contract;
        drop_schema!(billing);
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
        [m0001_base, m0002_table, m0003_contract, m0004_change, m0005_contract];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0004_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 500) n")
        .old_build(Client::of("users").writes("username"))
        .new_build(Client::of("users").writes("username"))
}
