//! Columns that something still needs.

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
        drop_column!(users.emial);
        drop_column!(users.username);
        drop_column!(customers.id);
        drop_column!(users.id);
        drop_column!(users.email, fill = "nope(");
    }
}

mod m0002_expressions {
    changeover::migration! {
        after super::m0001_base;
        drop_column!(customers.name, fill = "user.name");
    }
}

fn main() {}
