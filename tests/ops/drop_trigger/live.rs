//! A trigger that old builds rely on and new builds do without.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            shown: text,
        });
        create_function!(show() returns trigger, language = plpgsql,
            body = "begin new.shown := new.username; return new; end");
        create_trigger!(show on users, before(insert, update), function = show);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_trigger!(show on users);
        drop_function!(show());
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
    let shown = "select shown from users where id = $1";
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .old_build(Client::of("users").writes("username").read(shown))
        .new_build(
            Client::of("users").writes_as("username", "$2::text").writes_as("shown", "$2::text"),
        )
}
