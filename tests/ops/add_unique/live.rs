//! Clients write the columns that become unique.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            email: text,
            "Team": bigint not_null default 1,
            note: text,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_unique!(users(email), deferrable);
        add_unique!(users("Team", email), include(note), name = users_email_in_team);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (email) select nullif('u' || n, 'u7') from generate_series(1, 5000) n")
        .old_build(
            Client::of("users")
                .writes("email")
                .nullable()
                .unrelated(r#"update users set "Team" = "Team" + 1 where id = $1"#),
        )
        .new_build(Client::of("users").writes("email").upsert(
            "insert into users (id, email) overriding system value values ($1, $2)
               on conflict (id) do update set email = excluded.email",
        ))
}
