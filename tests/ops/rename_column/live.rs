//! `users.username` becomes `users.display_name`, with its constraint and its indexes.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null unique,
            note: text not_null default "",
            index(username desc, note),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => display_name);
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
    let touch = "update users set note = note || '.' where id = $1";
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 5000) n")
        .old_build(Client::of("users").writes("username").unrelated(touch))
        .dual_build(Client::of("users").writes("username").writes("display_name"))
        .new_build(Client::of("users").writes("display_name").unrelated(touch))
        .equal("select count(*) from users where username is distinct from display_name")
}
