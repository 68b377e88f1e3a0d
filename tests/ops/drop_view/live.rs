//! A view that new builds no longer use, and the column that it alone still read.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            nickname: text,
        });
        create_view!(nicknames, "select id, nickname, username from users");
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_view!(nicknames);
        drop_column!(users.nickname);
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
        .old_build(
            Client::of("nicknames").rows_of("users").writes("username").also("nickname", "'n'"),
        )
        .new_build(Client::of("users").writes("username"))
}
