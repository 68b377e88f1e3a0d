//! A table under a new name, with what points at it and what reads it.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null default "none",
            plan: text not_null default "free" check("users.plan <> ''"),
            shout: text generated("upper(users.username)"),
            invited_by: bigint references(users.id, on_delete = set_null),
            index((sql("lower(username)")), where = "users.plan <> 'x'"),
            index(invited_by),
        });
        create_table!(orders {
            id: bigint identity primary_key,
            user_id: bigint references(users.id, on_delete = cascade),
            index(user_id),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_table!(users => "Account's");
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
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .seed("insert into orders (user_id) select n from generate_series(1, 200) n")
        .old_build(
            Client::of("users")
                .writes("username")
                .unrelated("update users set plan = plan || '.' where id = $1 and plan <> ''"),
        )
        .new_build(
            Client::of("\"Account's\"")
                .rows_of("users")
                .writes("username")
                .unrelated("update \"Account's\" set plan = default where id = $1"),
        )
}
