//! Another default for a column that every build leaves out.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_domain!(email: text not_null default "nobody@example.org" check("value like '%@%'"));
        create_domain!(nick: text default "anon");
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            email: email,
            nick: nick,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        change_domain!(email, default = "unknown@example.org");
        change_domain!(nick, default = none);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 500) n")
        .old_build(Client::of("users").writes("username"))
        .new_build(Client::of("users").writes("username"))
        .equal("select count(*) from users where email not in ('nobody@example.org', 'unknown@example.org')")
        .equal("select count(*) from users where id <= 500 and nick is distinct from 'anon'")
}
