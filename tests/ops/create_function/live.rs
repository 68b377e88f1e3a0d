//! Functions that new builds read through, one for each way to find the names in a body.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        create_function!(greeting(name: varchar(20), greeting: text default "Hello, ") returns text,
            language = sql, immutable, strict, parallel_safe, search_path = caller,
            body = "select greeting || name");
        create_function!(users_named(wanted: text) returns table(id: bigint, name: text),
            language = plpgsql, stable, security_definer,
            body = "
                begin
                    return query
                        select u.id, u.username from public.users u where u.username = wanted;
                end");
        create_function!(name_of(wanted: bigint) returns text, language = sql, stable,
            search_path = "pg_catalog, public",
            body = "select username from users where id = wanted");
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .old_build(Client::of("users").writes("username"))
        .new_build(
            Client::of("users")
                .writes("username")
                .read("select name_of($1) where greeting(name_of($1)) like 'Hello, %'"),
        )
        .equal(
            "select count(*) from users u where not exists (select from users_named(u.username))",
        )
}
