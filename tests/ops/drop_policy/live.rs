//! A policy that old builds see rows by and new builds do without.

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
        create_policy!(all on users, using = "true");
        create_policy!(own on secrets, using = "owner = current_user");
        create_policy!(all on secrets, using = "true");
        enable_row_level_security!(users);
        enable_row_level_security!(secrets);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_policy!(own on users);
        drop_policy!(all on secrets);
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
    let client = Client::of("users").writes("username").as_role("pg_monitor");
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .seed("insert into secrets (owner) values ('postgres')")
        .old_build(
            client
                .clone()
                .read("select username from users where id = $1 and exists (select from secrets)"),
        )
        .new_build(client)
}
