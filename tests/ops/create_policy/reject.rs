//! Policies that are there already, and what PostgreSQL refuses.

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
        create_policy!(own on users, using = "true");
        create_policy!(a on user, using = "true");
        create_policy!(b on users, for = insert, using = "true");
        create_policy!(c on users, for = select, with_check = "true");
        create_policy!(d on users);
        create_policy!(e on users, for = upsert, using = "true");
        create_policy!(f on users, using = "(true");
        create_policy!(h on users, using = "nmae = current_user");
        create_policy!(g, using = "true");
    }
}

fn main() {}
