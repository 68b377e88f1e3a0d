//! Columns that are not null already, and fills that are no SQL.

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
        set_not_null!(users.username);
        set_not_null!(users.emial);
        set_not_null!(users.email, fill = "coalesce(");
        set_not_null!(customers.name, fil = "1");
    }
}

mod m0002_expressions {
    changeover::migration! {
        after super::m0001_base;
        set_not_null!(users.email, fill = "username || '@example.com' as email");
        set_not_null!(customers.name, fill = "\"none\"");
        set_not_null!(users.customer_id, fill = "(select c.di from customers c limit 1)");
    }
}

fn main() {}
