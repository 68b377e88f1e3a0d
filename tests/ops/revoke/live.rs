//! Rights that old builds use and new builds do without.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            note: text,
        });
        create_function!(tell() returns text, language = sql, body = "select ''");
        grant!(select, insert, update, delete, update(note) on users to pg_monitor);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        revoke!(insert, delete, update(note) on users from pg_monitor);
        revoke!(execute on function tell() from public);
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
    let client = Client::of("users").writes("username").as_role("pg_monitor");
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .old_build(client.clone())
        .new_build(client.only_updates())
}
