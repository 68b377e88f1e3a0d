//! Rows that are there keep their values.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            status: text,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        set_default!(users.status, "new");
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 500) n")
        .old_build(Client::of("users").writes("username"))
        .equal("select count(*) from users where id <= 500 and status is not null")
}
