//! A key of a column that may be null so far and one that may not.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(events {
            id: bigint,
            region: text not_null default "north",
            note: text,
            unique(id),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_primary_key!(events(region, id), include(note));
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into events (id, note) select n, 'e' || n from generate_series(1, 5000) n")
        .old_build(
            Client::of("events")
                .writes("note")
                .unrelated("update events set region = md5(id::text) where id = $1"),
        )
        .new_build(Client::of("events").writes("note"))
}
