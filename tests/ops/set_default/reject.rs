//! Defaults that do not fit.

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
        set_default!(users.email, 5);
        set_default!(users.id, 1);
        set_default!(users.emial, "x");
        set_default!(users.plan);
        set_default!(users.shout, "x");
    }
}

mod m0002_expressions {
    changeover::migration! {
        after super::m0001_base;
        set_default!(users.email, sql("username"));
        set_default!(users.plan, sql("'free' ||"));
        set_default!(users.customer_id, sql("(select 1)"));
    }
}

fn main() {}
