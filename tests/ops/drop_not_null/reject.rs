//! Columns that are never null, and one that may be already.

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
        drop_not_null!(users.email);
        drop_not_null!(users.id);
        drop_not_null!(users.user_name);
        drop_not_null!(users.username, fil = "'free'");
        drop_not_null!(users.plan, fill = "upper(pln)");
    }
}

fn main() {}
