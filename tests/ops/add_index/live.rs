//! Two indexes, one of them unique.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            note: text,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_index!(users(username), unique);
        add_index!(users(note desc, username), where = "note is not null");
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 5000) n")
        .old_build(
            Client::of("users")
                .writes("username")
                .unrelated("update users set note = 'n' where id = $1"),
        )
}
