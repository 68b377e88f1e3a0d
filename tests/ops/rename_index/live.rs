//! An index under a new name.

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
        rename_index!(by_email => users_by_email);
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
