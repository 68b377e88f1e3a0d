//! Old events go, with what refers to them, while both builds write others.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(events {
            id: bigint identity primary_key,
            name: text not_null,
            at: timestamptz not_null default sql("now()"),
        });
        create_table!(notes {
            id: bigint identity primary_key,
            event_id: bigint references(events.id, on_delete = cascade),
            index(event_id),
        });
        create_view!(current_events, "select id, name from events where at >= '2020-01-01'");
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        delete_rows!(events, where = "events.at < '2020-01-01'");
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
        .seed(
            "insert into events (name, at) select 'u' || n, \
             case when n % 3 > 0 then '2019-01-01'::timestamptz else now() end \
             from generate_series(1, 3000) n; \
             insert into notes (event_id) select id from events",
        )
        .old_build(Client::of("current_events").writes("name"))
        .new_build(Client::of("current_events").writes("name"))
        .gone("select count(*) from events where at < '2020-01-01'")
        .gone("select count(*) from notes where event_id is null or event_id % 3 > 0 and event_id <= 3000")
}
