//! Parameters set, changed and taken back, on a table with rows and on one that is new.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            index(username),
            with(fillfactor = 90, parallel_workers = 2, autovacuum_enabled = true),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        set_storage_parameters!(users, fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, parallel_workers = default);
        set_storage_parameters!(users, autovacuum_vacuum_insert_threshold = -1, vacuum_index_cleanup = "auto", toast.autovacuum_enabled = false);
        create_table!(visits { id: bigint, with(fillfactor = 50) });
        set_storage_parameters!(visits, fillfactor = default, autovacuum_enabled = false);
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
