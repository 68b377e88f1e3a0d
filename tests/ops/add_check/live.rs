//! Clients write the column that the check is about, before it holds and after. Old builds go on
//! writing what a check with `fill` forbids, which is mended.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            total: bigint not_null,
            discount: bigint,
            note: text,
            stock: bigint not_null default 0,
            reserved: bigint default 0,
        });
        create_table!(archive { id: bigint identity primary_key, total: bigint });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_check!(orders, "total >= 0", name = orders_total_positive);
        add_check!(orders, "discount <= total or note like 'gift%'", no_inherit);
        add_check!(archive, "total >= 0", not_valid);
        add_check!(
            orders,
            "reserved between 0 and stock",
            name = orders_reserved_in_stock,
            fill(stock = "greatest(stock, 0)", reserved = "least(abs(reserved), greatest(stock, 0))"),
        );
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
            "insert into orders (total, discount, stock, reserved)
             select n, nullif(n % 7, 3), n % 5 - 2, n % 3 - 1 from generate_series(7, 5006) n",
        )
        .seed("insert into archive (total) select -n from generate_series(1, 50) n")
        .old_build(
            Client::of("orders")
                .writes_as("total", "$2::text::bigint")
                .values(|n| (n + 7).to_string())
                .also("stock", "-3")
                .also("reserved", "5")
                .unrelated(
                    "update orders set discount = nullif(7 - discount, 4), stock = 3 - stock,
                         reserved = id % 9 - 4
                     where id = $1",
                ),
        )
        .new_build(
            Client::of("orders")
                .writes_as("total", "$2::text::bigint")
                .values(|n| (n + 7).to_string()),
        )
        .equal("select count(*) from orders where not (reserved between 0 and stock)")
}
