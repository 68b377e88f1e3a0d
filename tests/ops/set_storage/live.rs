//! A storage that follows the type's own, and one that follows another.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(notes {
            id: bigint identity primary_key,
            title: text,
            body: text,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        set_storage!(notes.title, main);
        set_storage!(notes.body, external);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_change];
}

/// The scenario, for `live` and `plan`.
pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into notes (title, body) select 't' || n, repeat('b', n) from generate_series(1, 1000) n")
        .old_build(Client::of("notes").writes("title"))
        .new_build(Client::of("notes").writes("title").also("body", "repeat('c', 5000)"))
}
