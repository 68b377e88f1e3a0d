//! Forms that rewrite, values that are missing, names that are taken.

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
        add_column!(users.email: text);
        add_column!(user.nickname: text);
        add_column!(users.upper: text generated("upper(username)"));
        add_column!(users.region: text not_null);
        add_column!(users.country: text not_null default "de", fill = "email");
        add_column!(users.handle: text unique default "none");
        add_column!(users.key: bigint primary_key default sql("random()"));
        add_column!(users.boss_id: bigint references(customers.idd));
    }
}

mod m0002_definitions {
    changeover::migration! {
        after super::m0001_base;
        add_column!(users.level: integer not_null default "low");
        add_column!(users.city: txt);
        add_column!(users.street: text not_nul);
        add_column!(users.zip);
        add_column!(users.score: integer, fil = "1");
    }
}

mod m0002_expressions {
    changeover::migration! {
        after super::m0001_base;
        add_column!(users.region: text, fill = "coalesce(contry, 'de')");
        add_column!(users.city: text, fill = "split_part(shout, ' ', 1)");
        add_column!(users.mail: text, fill = "new.email");
        add_column!(users.age: integer check("age >= 0 and aeg < 150"));
        add_column!(users.tags: text[] default sql("array[username]"));
        add_column!(users.orders: bigint, fill = "count(*)");
    }
}

fn main() {}
