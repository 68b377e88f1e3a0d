//! A sample of its own, and another one.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(notes {
            id: bigint identity primary_key,
            title: text statistics(50),
            body: text statistics(50),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        set_statistics!(notes.title, 0);
        set_statistics!(notes.body, 1000);
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
