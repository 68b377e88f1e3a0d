//! Indexes that are not there, or belong to a constraint.

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key, name: text });
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null unique,
            email: text,
            plan: text not_null default "free",
            customer_id: bigint references(customers.id), index(customer_id),
            shout: text generated("upper(username)"),
            index(email),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_index!(users_emial_idx);
        drop_index!(users_username_key);
        drop_index!(users_pkey);
    }
}

mod m0002_view {
    changeover::migration! {
        after super::m0001_base;
        create_materialized_view!(names, "select id, username from users",
            unique(id, name = names_key), index(username));
    }
}

mod m0003_view {
    changeover::migration! {
        after super::m0002_view;
        drop_index!(names_username_idx);
        drop_index!(names_key);
    }
}

fn main() {}
