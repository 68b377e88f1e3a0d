//! A small table, and one that is new.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(unlogged users {
            id: bigint identity primary_key,
            username: text not_null,
            index(username),

        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        set_logged!(users, direct(max_rows = 10_000, reason = "a few hundred"));
        create_table!(unlogged visits { id: bigint });
        set_logged!(visits);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 500) n")
        .rewriting()
        .old_build(Client::of("users").writes("username"))
        .new_build(Client::of("users").writes("username"))
}
