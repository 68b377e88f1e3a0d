//! An extension that nothing uses any more.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_extension!(citext);
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_extension!(citext);
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
    // Old builds use it until they are gone.
    let old = "update users set username = $2::text::citext::text where id = $1";
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 500) n")
        .old_build(Client::of("users").writes("username").update(old))
        .new_build(Client::of("users").writes("username"))
}
