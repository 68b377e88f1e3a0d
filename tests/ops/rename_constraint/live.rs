//! Old builds name the key in `on conflict on constraint` until the contract.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            email: text not_null unique check("email <> ''"),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_constraint!(users.users_email_check => users_email_given);
        rename_constraint!(users.users_pkey => users_key);
        rename_constraint!(users.users_email_key => users_address_key);
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
        .seed("insert into users (email) select 'u' || n from generate_series(1, 3000) n")
        .old_build(Client::of("users").writes("email").upsert(
            "insert into users (id, email) overriding system value values ($1, $2)
             on conflict on constraint users_pkey do update set email = excluded.email",
        ))
        .new_build(Client::of("users").writes("email"))
}
