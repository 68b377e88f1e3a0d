//! Two indexes that others take the place of, one of them unique, and one on a table that is small.

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
        create_table!(labels { id: bigint, text: text, index(text) });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        replace_index!(users_username_idx => users(username, id), include(email));
        replace_index!(by_email => users(sql("lower(email)") desc), unique, where = "email <> ''");
        replace_index!(labels_text_idx => labels(text desc), direct(max_rows = 10_000, reason = "a few labels"));
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
        .old_build(Client::of("users").writes("username").writes("email"))
        .new_build(Client::of("users").writes("username").writes("email"))
}
