//! Old builds say `on conflict (id)` until the contract, new ones `on conflict (id, region)`.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            region: text default "north",
            note: text,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        change_primary_key!(orders(region, id), include(note));
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
        .seed("insert into orders (note) select 'o' || n from generate_series(1, 5000) n")
        .old_build(
            Client::of("orders")
                .writes("note")
                .unrelated("update orders set region = 'south' where id = $1"),
        )
        .new_build(Client::of("orders").writes("note").upsert(
            "insert into orders (id, region, note) overriding system value
             values ($1, coalesce((select region from orders where id = $1), 'north'), $2)
             on conflict (id, region) do update set note = excluded.note",
        ))
}
