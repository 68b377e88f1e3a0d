//! Indexes that no row can be known by, and changes that would take the identity away.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            email: text,
            name: text not_null,
            number: bigint not_null unique,
            index(name),
            index((email), unique, name = users_by_email),
        });
    }
}

mod m0002_wrong {
    changeover::migration! {
        after super::m0001_base;
        set_replica_identity!(users, ful);
        set_replica_identity!(user, full);
        set_replica_identity!(users, index = users_number);
        set_replica_identity!(users, index = users_name_idx);
        set_replica_identity!(users, index = users_by_email);
        set_replica_identity!(users, default);
    }
}

mod m0002_number {
    changeover::migration! {
        after super::m0001_base;
        set_replica_identity!(users, index = users_number_key);
    }
}

mod m0003_taken_away {
    changeover::migration! {
        after super::m0002_number;
        drop_constraint!(users.users_number_key);
        drop_not_null!(users.number);
        drop_column!(users.number, fill = "0");
    }
}

fn main() {}
