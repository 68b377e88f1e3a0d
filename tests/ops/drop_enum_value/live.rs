//! A value that old builds write until they are gone, in a column and in an array.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_enum!(order_status { pending, "can't say", cancelled });
        create_table!(orders {
            id: bigint identity primary_key,
            code: text not_null default "",
            status: order_status not_null default "pending",
            earlier: order_status[] not_null default "{}",
        });
        create_table!(parcels {
            id: bigint identity primary_key,
            status: order_status,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_enum_value!(order_status."can't say", replace_by = pending);
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
    let touch =
        "update orders set status = 'can''t say', earlier = earlier[1:9] || 'can''t say'::order_status
        where id = $1";
    Scenario::new(&HISTORY, "m0002_change")
        .seed(
            "insert into orders (code, status, earlier) select 'c' || n, 'can''t say', '{can''t say, pending}' \
               from generate_series(1, 3000) n",
        )
        .seed("insert into parcels (status) select 'can''t say' from generate_series(1, 500)")
        .old_build(Client::of("orders").writes("code").unrelated(touch))
        .new_build(Client::of("orders").writes("code"))
        .equal(
            "select count(*) from orders where status = 'can''t say' \
                or earlier && '{can''t say}'",
        )
        .equal("select count(*) from parcels where status <> 'pending'")
}
