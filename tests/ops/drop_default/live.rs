//! Old builds rely on the default until the contract.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            status: text not_null default "new",
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_default!(users.status);
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
        .seed("insert into users (username) select 'u' || n from generate_series(1, 500) n")
        .old_build(Client::of("users").writes("username"))
        .new_build(Client::of("users").writes("username").also("status", "'given'"))
}
