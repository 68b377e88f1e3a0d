//! Tables that are not there, and those whose every row would be hidden.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, name: text });
        create_table!(bare { id: bigint identity primary_key });
        create_policy!(own on users, using = "name = current_user");
        create_policy!(narrow on bare, using = "id > 1", restrictive);
        enable_row_level_security!(users);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        enable_row_level_security!(user);
        enable_row_level_security!(users);
        enable_row_level_security!(bare);
    }
}

fn main() {}
