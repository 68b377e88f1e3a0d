//! One extension that the database has already, and one that it has not.

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
        create_schema!(extensions);
        create_extension!(citext);
        create_extension!(hstore, schema = extensions);
        create_extension!(pg_trgm);
        add_column!(users.nick: sql("citext"));
        add_column!(users.tags: sql("extensions.hstore"));
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .before("create extension pg_trgm")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 500) n")
        .old_build(Client::of("users").writes("username"))
        .new_build(
            Client::of("users")
                .writes_as("nick", "$2::text::citext")
                .also("username", "'new'")
                .slot("nick"),
        )
}
