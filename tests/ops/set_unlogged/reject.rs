//! No form but the direct one, and a foreign key that would point at what is lost in a crash.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint primary_key });
        create_table!(orders { id: bigint primary_key, user_id: bigint references(users.id), index(user_id) });
        create_table!(unlogged visits { id: bigint primary_key });
        create_table!(events { id: bigint primary_key, partition_by(hash(id)) });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        set_unlogged!(orders);
        set_unlogged!(users, direct(max_rows = 10, reason = "few"));
        set_unlogged!(visits, direct(max_rows = 10, reason = "few"));
        set_unlogged!(events, direct(max_rows = 10, reason = "few"));
    }
}

fn main() {}
