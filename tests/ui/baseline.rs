//! A baseline says what a database has: where it stands, the older tool's word, and what it makes.

mod m0001_tools {
    changeover::migration! {
        baseline(sqlxx = "20240312101500");
        create_table!(users { id: bigint identity primary_key, name: text not_null });
    }
}

mod m0001_no_version {
    changeover::migration! {
        baseline(flyway);
        create_table!(users { id: bigint identity primary_key });
    }
}

mod m0001_version {
    changeover::migration! {
        baseline(sqlx = "20240312101500_users");
        create_table!(users { id: bigint identity primary_key });
    }
}

mod m0001_number {
    changeover::migration! {
        baseline(diesel = 20240312101500);
        create_table!(users { id: bigint identity primary_key });
    }
}

mod m0001_end {
    changeover::migration! {
        baseline
        create_table!(users { id: bigint identity primary_key });
    }
}

mod m0001_twice {
    changeover::migration! {
        baseline;
        baseline;
        create_table!(users { id: bigint identity primary_key });
        baseline(sqlx = "1");
    }
}

mod m0001_late {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key });
        baseline;
    }
}

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            name: text not_null,
            email: text,
            status: text,
        });
        create_enum!(mood { happy });
        create_sequence!(numbers);
    }
}

mod m0002_before_after {
    changeover::migration! {
        baseline;
        after super::m0001_base;
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.name => display_name);
    }
}

mod m0003_changes {
    changeover::migration! {
        after super::m0002_rename;
        baseline;
        contract!(m0002_rename);
        drop_column!(users.email);
        rename_table!(users => accounts);
        change_type!(users.email: varchar(20));
        backfill!(users.email = "'x'", where = "email is null");
        drop_colum!(users.email);
    }
}

mod m0002_on_others {
    changeover::migration! {
        after super::m0001_base;
        baseline;
        add_column!(users.plan: text);
        add_index!(users(email));
        add_check!(users, "email <> ''");
        set_not_null!(users.email);
        add_enum_value!(mood.sad);
        change_sequence!(numbers, cache = 10);
        set_default!(users.status, "new");
        grant!(select on users to app);
        create_table!(orders { id: bigint primary_key, user_id: bigint });
        add_foreign_key!(orders.user_id => users.id);
        add_index!(orders(user_id), direct(max_rows = 10, reason = "small"));
        sql!(up = "comment on sequence numbers is 'n'", phase = migrate, reason = "none");
    }
}

/// What is wrong is wrong in a baseline too.
mod m0001_mistakes {
    changeover::migration! {
        baseline;
        create_table!(users { id: bigint identity primary_key, name: texxt });
        create_table!(users { id: bigint identity primary_key });
        create_table!(orders { id: bigint, user_id: bigint references(userz.id) });
        sql!(up = "create index concurrently i on orders (id)", reason = "none");
    }
}

fn main() {}
