//! A value that old builds know by one name and new builds by two.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_enum!(order_status { pending, shipped, cancelled });
        create_table!(orders {
            id: bigint identity primary_key,
            status: order_status not_null default "shipped",
            earlier: order_status[] not_null default "{shipped, pending}",
            note: text not_null default "",
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_enum_value!(order_status.shipped => sent);
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
    let value = |n: u64| {
        ["pending", "sent", "cancelled"][usize::try_from(n % 3).unwrap_or_default()].into()
    };
    // An old build fails on a name that it does not know.
    let old = "select case status::text when 'shipped' then 'sent' when 'sent' then 'unknown'
        else status::text end from orders where id = $1";
    let new = "select case status::text when 'shipped' then 'sent' else status::text end
        from orders where id = $1";
    let shipped = "(case $2::text when 'sent' then 'shipped' else $2::text end)::order_status";
    let touch = "update orders set note = note || '.', earlier = earlier || 'shipped'::order_status
        where id = $1";
    let touch_new =
        "update orders set earlier = earlier[1:9] || 'sent'::order_status where id = $1";
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into orders (status) select 'shipped' from generate_series(1, 3000)")
        .old_build(
            Client::of("orders")
                .writes_as("status", shipped)
                .read(old)
                .values(value)
                .unrelated(touch),
        )
        .new_build(
            Client::of("orders")
                .writes_as("status", "$2::text::order_status")
                .read(new)
                .values(value)
                .unrelated(touch_new),
        )
        .equal("select count(*) from orders where status = 'sent' or 'sent' = any (earlier)")
        .without_undo()
}
