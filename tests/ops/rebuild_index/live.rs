//! Indexes built anew under traffic, a constraint's among them.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            email: text not_null default "",
            index(username desc),
            index((email), unique, where = "email <> ''", name = by_email),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rebuild_index!(users_username_idx);
        rebuild_index!(by_email);
        rebuild_index!(users_pkey);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 5000) n")
        .old_build(Client::of("users").writes("username").writes("email"))
        .new_build(Client::of("users").writes("username").writes("email"))
}
