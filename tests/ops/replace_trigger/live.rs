//! A trigger that must not miss a write while another takes its place: it keeps what clients
//! read.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            shown: text,
            note: text not_null default "",
        });
        create_function!(show() returns trigger, language = plpgsql,
            body = "begin new.shown := new.username; return new; end");
        create_trigger!(show on users, before(insert, update), function = show);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        replace_trigger!(show on users, before(insert, update(username)), function = show);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    let client = Client::of("users")
        .writes("username")
        .read("select shown from users where id = $1")
        .unrelated("update users set note = 'x' where id = $1");
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .old_build(client.clone())
        .new_build(client)
        .equal("select count(*) from users where shown is distinct from username")
}
