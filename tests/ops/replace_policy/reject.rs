//! Policies that are not there, and the last one that lets rows through.

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
        replace_policy!(onw on users, using = "true");
        replace_policy!(own on bare, using = "true");
    }
}

mod m0002_last {
    changeover::migration! {
        after super::m0001_base;
        replace_policy!(own on users, using = "true", restrictive);
    }
}

fn main() {}
