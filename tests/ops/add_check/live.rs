//! Clients write the column that the check is about, before it holds and after.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            total: bigint not_null,
            discount: bigint,
            note: text,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_check!(orders, "total >= 0", name = orders_total_positive);
        add_check!(orders, "discount <= total or note like 'gift%'", no_inherit);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed(
            "insert into orders (total, discount)
             select n, nullif(n % 7, 3) from generate_series(7, 5006) n",
        )
        .old_build(
            Client::of("orders")
                .writes_as("total", "$2::text::bigint")
                .values(|n| (n + 7).to_string())
                .unrelated("update orders set discount = nullif(7 - discount, 4) where id = $1"),
        )
}
