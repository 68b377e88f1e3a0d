//! A role that may do with a table what new builds do, and the column of another one.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
        });
        create_table!(plans { id: bigint identity primary_key, name: text, secret: text });
        create_function!(plan_of(user: bigint) returns text, language = sql, stable,
            body = "select name from plans order by user limit 1");
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        grant!(select, insert, update, delete on users to pg_monitor);
        grant!(select(id, name) on plans to pg_monitor, public);
        grant!(execute on function plan_of(bigint) to pg_monitor);
        grant!(usage on schema public to pg_monitor);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .seed("insert into plans (name) values ('free')")
        .old_build(Client::of("users").writes("username"))
        .new_build(Client::of("users").writes("username").as_role("pg_monitor").read(
            "select username from users where id = $1 and plan_of($1) = (select name from plans)",
        ))
}
