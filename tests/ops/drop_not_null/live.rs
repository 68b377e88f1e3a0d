//! New builds write NULLs, so the release cannot be rolled back once they have. Old builds meet none of
//! those that have a `fill`.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            email: text not_null default "e",
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_not_null!(users.username);
        drop_not_null!(users.email, fill = "'none of ' || username");
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
        .seed("insert into users (username) select 'u' || n from generate_series(1, 500) n")
        .old_build(Client::of("users").writes("username"))
        .new_build(Client::of("users").writes("username").also("email", "null"))
        .equal("select count(*) from users where email is null")
        .without_rollback()
}
