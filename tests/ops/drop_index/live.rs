//! An index that old builds need for their speed.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            email: text unique,
            index(username desc),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_index!(users_username_idx);
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
        .seed("insert into users (username) select 'u' || n from generate_series(1, 5000) n")
        .old_build(Client::of("users").writes("username"))
        .new_build(Client::of("users").writes("username"))
}
