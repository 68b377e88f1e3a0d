//! A function that new builds no longer call, one of two of its name.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
        });
        create_function!(name_of(wanted: bigint) returns text, language = sql, stable,
            body = "select username from users where id = wanted");
        create_function!(name_of(wanted: text) returns text, language = sql, stable,
            body = "select username from users where id = wanted::bigint");
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_function!(name_of(bigint));
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
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .old_build(Client::of("users").writes("username").read("select name_of($1::bigint)"))
        .new_build(Client::of("users").writes("username").read("select name_of($1::bigint::text)"))
}
