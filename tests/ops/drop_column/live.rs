//! A column that new builds no longer write, and that may not be null.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            legacy: text not_null,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_column!(users.legacy, fill = "'none'");
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
        .seed(
            "insert into users (username, legacy)
             select 'u' || n, 'l' || n from generate_series(1, 5000) n",
        )
        .old_build(
            Client::of("users")
                .writes("username")
                .also("legacy", "'l'")
                .unrelated("update users set legacy = legacy || '.' where id = $1"),
        )
        .new_build(Client::of("users").writes("username"))
        .equal("select count(*) from users where legacy is null")
}
