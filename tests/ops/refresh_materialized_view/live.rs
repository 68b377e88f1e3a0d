//! A materialized view that clients read while it is filled anew.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
        });
        create_materialized_view!(names, "select id, username from users", unique(id));
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        refresh_materialized_view!(names);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    let client = Client::of("users").writes("username").without_deletes();
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .old_build(
            client.clone().read(
                "select username from users where id = $1 and (select count(*) from names) >= 0",
            ),
        )
        .new_build(client.read(
            "select username from users where id = $1 and (select count(*) from names) >= 2000",
        ))
}
