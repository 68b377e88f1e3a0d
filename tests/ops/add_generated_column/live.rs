//! A column that is computed from others, which either build writes.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(items {
            id: bigint identity primary_key,
            price: numeric(12, 2),
            amount: integer not_null default 1,
            note: text not_null default "",
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_generated_column!(items.total: numeric(14, 2) = "price * amount", stored);
        add_generated_column!(items.size: text not_null comment("for the list") = "case when amount > 10 then 'large' else 'small' end", stored);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_change];
}

/// The scenario, for `live` and `plan`.
pub fn scenario() -> Scenario {
    let client = || {
        Client::of("items")
            .writes_as("price", "$2::text::numeric")
            .values(|n| format!("{n}.25"))
            .nullable()
    };
    Scenario::new(&HISTORY, "m0002_change")
        .seed(
            "insert into items (price, amount)
             select case when n % 5 > 0 then n * 1.01 end, n % 20 from generate_series(1, 4000) n",
        )
        .old_build(
            client()
                .also("amount", "($1::bigint % 20)::integer")
                .unrelated("update items set amount = (amount + 7) % 20 where id = $1"),
        )
        // What it writes to the kept column is passed over.
        .new_build(client().also("total", "-1"))
        .equal("select count(*) from items where total is distinct from price * amount")
        .equal("select count(*) from items where (size = 'large') is distinct from (amount > 10)")
}
