//! An enum, a column and an array that have it, while clients write the table.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            code: text not_null default "",
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        create_enum!(order_status { pending, shipped, "in transit", "it's lost" });
        add_column!(orders.status: order_status not_null default "in transit");
        add_column!(orders.earlier: order_status[] not_null default "{pending, shipped}");
        create_table!(parcels {
            id: bigint identity primary_key,
            status: order_status not_null default "it's lost",
        });
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    let value = |n: u64| {
        ["pending", "shipped", "in transit", "it's lost"]
            [usize::try_from(n % 4).unwrap_or_default()]
        .into()
    };
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into orders (code) select 'c' || n from generate_series(1, 500) n")
        .old_build(Client::of("orders").writes("code"))
        .new_build(
            Client::of("orders")
                .writes_as("status", "$2::text::order_status")
                .slot("status")
                .values(value),
        )
        .equal("select count(*) from orders where status::text = '' or cardinality(earlier) <> 2")
}
