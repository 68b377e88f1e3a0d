//! A policy that clients read by while another takes its place.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            tenant: text not_null default "a",
            username: text not_null,
        });
        create_table!(secrets { id: bigint identity primary_key, owner: text });
        grant!(select, insert, update, delete on users to pg_monitor);
        grant!(select on secrets to pg_monitor);
        create_policy!(own on users, using = "tenant = 'a'", with_check = "tenant = 'a'");
        create_policy!(own on secrets, using = "true");
        enable_row_level_security!(users);
        enable_row_level_security!(secrets);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        replace_policy!(own on users, to(pg_monitor), using = "tenant in ('a', 'b')");
        replace_policy!(own on secrets, for = select, using = "owner = current_user");
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    let client = Client::of("users").writes("username").as_role("pg_monitor");
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .seed("insert into secrets (owner) values ('postgres')")
        .old_build(client.clone())
        .new_build(client.read("select username from users where id = $1 and (current_user <> 'pg_monitor' or not exists (select from secrets))"))
}
