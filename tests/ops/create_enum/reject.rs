//! Enums that cannot be, and values that they do not have.

mod m0001_base {
    changeover::migration! {
        create_table!(orders { id: bigint identity primary_key, code: text });
        create_enum!(mood { happy, sad });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        create_enum!(mood { calm });
        create_enum!(orders { pending });
        create_enum!(empty {});
        create_enum!(order_status { pending, shipped, pending });
        create_enum!(size { small, 5 });
    }
}

mod m0002_values {
    changeover::migration! {
        after super::m0001_base;
        add_column!(orders.mood: mood default "hapy");
        add_column!(orders.level: mood default 1);
        add_column!(orders.moods: mood[] default "{happy, sda}");
        add_column!(orders.state: mod_);
        create_table!(people { id: bigint identity primary_key, mood: mood default "glad" });
    }
}

fn main() {}
