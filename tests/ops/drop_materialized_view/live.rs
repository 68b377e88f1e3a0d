//! A materialized view that new builds no longer read.

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
        drop_materialized_view!(names);
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
    let client = Client::of("users").writes("username");
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .old_build(client.clone().read(
            "select username from users where id = $1 and not exists (select from names where id < 0)",
        ))
        .new_build(client)
}
