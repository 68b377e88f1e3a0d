//! A domain with a rule in a new table, and one without in a table that clients write.

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
        create_domain!(email: text
            not_null
            default "nobody@example.org"
            check("value like '%@%'")
            collate("C")
            comment("it's an address"));
        create_domain!(nick: varchar(20) default "anon");
        create_table!(contacts {
            id: bigint identity primary_key,
            address: email,
            earlier: nick[],
        });
        add_column!(users.nick: nick);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 500) n")
        .old_build(Client::of("users").writes("username"))
        .new_build(
            Client::of("contacts")
                .writes_as("address", "$2::text::email")
                .values(|n| format!("{n}@example.org")),
        )
        .equal("select count(*) from users where nick is distinct from 'anon'")
}
