//! Old builds write NULLs until the contract, and find the fill in their place. They write them
//! over NULLs and fills alone: what new builds gave a row is accounted for.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            email: text,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        set_not_null!(users.email, fill = "'unknown-' || id");
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
        .seed("insert into users (username) select 'u' || n from generate_series(1, 5000) n")
        .old_build(
            Client::of("users").writes("username").also("email", "null").unrelated(
                "update users set email = nullif(email, 'unknown-' || id) where id = $1",
            ),
        )
        .new_build(
            Client::of("users").slot("email").writes("email").also("username", "'n' || $1::bigint"),
        )
        .equal("select count(*) from users where email is null")
}
