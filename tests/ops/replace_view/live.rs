//! Old builds read `username`, new builds `name`: appended in one migration, and the old column
//! left out in the contract of the next.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            deleted_at: timestamptz,
        });
        create_view!(members, "select id, username from users");
        create_view!(initials, "select id, left(username, 1) as initial from members");
        grant!(select, update on members to pg_monitor);
        grant!(select on initials to pg_monitor, public);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        replace_view!(members, "select id, username, username as name from users where deleted_at is null");
        replace_view!(initials, "select id, left(name, 2) as initial from members");
    }
}

mod m0003_shrink {
    changeover::migration! {
        after super::m0002_change;
        replace_view!(members, "select id, username as name from users where deleted_at is null");
    }
}

mod m0004_contract {
    changeover::migration! {
        after super::m0003_shrink;
        contract!(m0003_shrink);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change, m0003_shrink, m0004_contract];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .old_build(Client::of("members").rows_of("users").writes("username"))
        .new_build(Client::of("members").rows_of("users").writes("name").read(
            "select m.name from members m join initials i using (id) \
                 where m.id = $1 and i.initial = left(m.name, 2)",
        ))
        .equal("select count(*) from users join members m using (id) where m.username <> m.name")
}
