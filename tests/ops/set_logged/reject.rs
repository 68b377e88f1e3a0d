//! No form but the direct one, and foreign keys to what is lost in a crash.

mod m0001_base {
    changeover::migration! {
        create_table!(unlogged users { id: bigint primary_key });
        create_table!(orders { id: bigint primary_key, user_id: bigint references(users.id), index(user_id) });
        create_table!(unlogged visits { id: bigint primary_key, user_id: bigint references(users.id), index(user_id) });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        set_logged!(users);
        set_logged!(user, direct(max_rows = 10, reason = "few"));
        set_logged!(visits, direct(max_rows = 10, reason = "few"));
        set_logged!(orders, direct(max_rows = 10, reason = "few"));
    }
}

fn main() {}
