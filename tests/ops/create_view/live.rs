//! A view for new builds, which read and write `users` through it.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            deleted_at: timestamptz,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        create_view!(active_users,
            "select id, username as name from users where deleted_at is null",
            security_barrier, check_option = local);
        create_view!(lengths(length, users),
            "select length(name), count(*) from active_users group by 1");
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
            Client::of("active_users")
                .rows_of("users")
                .writes("name")
                .unrelated("update users set deleted_at = null where id = $1"),
        )
        .equal("select count(*) from users join active_users using (id) where username <> name")
}
