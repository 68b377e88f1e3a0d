//! Both builds leave the columns alone until the contract; one is PostgreSQL's own, one kept by a
//! trigger.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            shout: text generated("upper(username)"),
        });
    }
}

mod m0001_kept {
    changeover::migration! {
        after super::m0001_base;
        add_generated_column!(users.initial: text = "substr(username, 1, 1)", stored);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_kept;
        drop_generated!(users.shout);
        drop_generated!(users.initial);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_change;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0001_kept, m0002_change, m0003_contract];
}

/// The scenario, for `live` and `plan`.
pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 1000) n")
        .old_build(Client::of("users").writes("username"))
        .new_build(Client::of("users").writes("username"))
        .equal(
            "select count(*) from users
             where shout is distinct from upper(username) or initial is distinct from substr(username, 1, 1)",
        )
}
