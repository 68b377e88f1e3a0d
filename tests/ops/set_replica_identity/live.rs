//! By all columns, by an index, by nothing, and by the key again; and an index of the same migration.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            number: uuid not_null unique default sql("gen_random_uuid()"),
        });
        create_table!(drafts { id: bigint identity primary_key });
        create_table!(visits { id: bigint not_null });
        set_replica_identity!(visits, full);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        set_replica_identity!(users, index = users_number_key);
        set_replica_identity!(drafts, nothing);
        add_index!(visits(id), unique, name = visits_by_id);
        set_replica_identity!(visits, index = visits_by_id);
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
}
