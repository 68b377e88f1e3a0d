//! All indexes of a table built anew under traffic, a constraint's and a partition's among them.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            email: text not_null default "",
            unique(username, id),
            index((email), where = "email <> ''", name = by_email),
        });
        create_table!(visits { id: bigint not_null, at: date not_null, primary_key(id, at), partition_by(range(at)) });
        create_partition!(visits_1 of visits, from("2020-01-01") to("2021-01-01"));
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        reindex_table!(users);
        reindex_table!(visits);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 5000) n")
        .old_build(Client::of("users").writes("username").writes("email"))
        .new_build(Client::of("users").writes("username").writes("email"))
}
