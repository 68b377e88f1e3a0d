//! A materialized view that new builds read beside the table, with an index that a refresh needs.

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
        create_materialized_view!(lengths(length, users),
            "select length(username), count(*) from users where id <= 2000 group by 1",
            unique(length, name = lengths_key),
            index((users desc), include(length)));
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
                .read("select username from users where id = $1 and exists (select from lengths)"),
        )
        .equal(
            "select count(*) from (select 2000 - sum(users) as few from lengths) s where few > 500",
        )
}
