//! Closed orders go into a table of their own, and come back if it is undone.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            name: text not_null,
            total: numeric(12, 2) not_null default 0,
            double: numeric generated("total * 2"),
            closed: boolean not_null default false,
            index(closed, id),
        });
        create_view!(open_orders, "select id, name from orders where not closed");
        create_table!(archive {
            name: text not_null,
            total: numeric(12, 2) not_null,
            double: numeric,
            closed: boolean not_null,
            id: bigint primary_key,
            moved_at: timestamptz not_null default sql("now()"),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        move_rows!(orders => archive, where = "orders.closed");
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed(
            "insert into orders (name, total, closed) select 'u' || n, n, n % 3 > 0 \
             from generate_series(1, 3000) n",
        )
        .old_build(Client::of("open_orders").writes("name"))
        .new_build(Client::of("open_orders").writes("name"))
        .equal(
            "select abs(2000 - count(*)) from (select id, total, double from orders where closed \
                union all select id, total, double from archive) r where double = total * 2",
        )
        .equal("select count(*) from orders join archive using (id)")
}
