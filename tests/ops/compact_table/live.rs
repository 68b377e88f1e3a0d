//! A table of which most rows are gone, under clients that write what is left.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_function!(touch() returns trigger, language = plpgsql,
            body = "begin new.touched := true; return new; end");
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            email: text not_null default "",
            touched: boolean not_null default false,
            index(username desc),
        });
        create_trigger!(touched on users, before(update), when = "old.* is distinct from new.*", function = touch);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        compact_table!(users, truncate = false);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed(
            "insert into users (username, email) select 'u' || n, repeat('x', 400) from generate_series(1, 20000) n; \
             delete from users where id % 2 > 0",
        )
        .old_build(Client::of("users").writes("username"))
        .new_build(Client::of("users").writes("username"))
        .equal("select count(*) from users where touched and username like 'u%'")
}
