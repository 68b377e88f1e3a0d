//! A function whose body takes over while builds call it.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            note: text not_null default "",
        });
        create_function!(name_of(wanted: bigint, prefix: text default "") returns text,
            language = sql, stable, security_definer,
            body = "select prefix || username from public.users where id = wanted");
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        replace_function!(name_of(wanted: bigint, prefix: text default "") returns text,
            language = plpgsql, stable, security_definer,
            body = "begin return (select concat(prefix, username) from public.users where id = wanted); end");
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    let client = Client::of("users").writes("username").read("select name_of($1)");
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .old_build(client.clone())
        .new_build(client)
}
