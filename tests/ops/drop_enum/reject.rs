//! Enums that are not there, or that something still needs.

mod m0001_base {
    changeover::migration! {
        create_enum!(order_status { pending, shipped });
        create_enum!(mood { happy, sad });
        create_enum!(level { low, high });
        create_table!(orders {
            id: bigint identity primary_key,
            status: order_status,
            earlier: order_status[],
            mood: mood,
            code: text check("code <> 'low'::level::text"),
            level: text check("level <> ''"),
        });
    }
}

mod m0002_drop {
    changeover::migration! {
        after super::m0001_base;
        drop_column!(orders.mood);
    }
}

mod m0003_change {
    changeover::migration! {
        after super::m0002_drop;
        drop_enum!(order_states);
        drop_enum!(order_status);
        drop_enum!(mood);
        drop_enum!(level);
    }
}

fn main() {}
