//! Values that changes of the same migration use, each in a transaction of its own.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_enum!(order_status { pending, shipped });
        create_table!(orders {
            id: bigint identity primary_key,
            status: order_status not_null default "pending",
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_enum_value!(order_status.delivered, after = shipped);
        add_enum_value!(order_status.draft, before = pending);
        add_enum_value!(order_status."it's lost");
        set_default!(orders.status, "draft");
        add_column!(orders.was: order_status not_null default "delivered" check("was <> 'draft'"));
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    let old = |n: u64| ["pending", "shipped"][usize::try_from(n % 2).unwrap_or_default()].into();
    let new = |n: u64| {
        ["pending", "delivered", "draft", "it's lost"][usize::try_from(n % 4).unwrap_or_default()]
            .into()
    };
    let client = || Client::of("orders").writes_as("status", "$2::text::order_status");
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into orders (status) select 'shipped' from generate_series(1, 500)")
        .old_build(client().values(old))
        .new_build(client().values(new))
        .equal("select count(*) from orders where was <> 'delivered'")
        .without_undo()
}
