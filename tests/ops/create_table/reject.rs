//! A table that PostgreSQL would refuse, or that says things twice.

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
        create_table!(users { id: bigint primary_key });
        create_table!(orders {
            id: bigint identity primary_key,
            customer_id: bigint references(customer.id), index(customer_id),
            user_id: text references(users.id), index(user_id),
            state: text default "new",
            unique(stat),
        });
    }
}

mod m0002_definitions {
    changeover::migration! {
        after super::m0001_base;
        create_table!(empty {});
        create_table!(orders {
            id: bigint identity primary_key,
            id: bigint,
            other: bigint primary_key,
            state: text default 5,
            paid: boolean default "maybe",
        });
    }
}

mod m0002_expressions {
    changeover::migration! {
        after super::m0001_base;
        create_table!(orders {
            id: bigint identity primary_key,
            state: text check("stat <> ''"),
            total: numeric(12, 2) check("total >= (select 0)"),
            tax: numeric(12, 2) generated("total * random()"),
            at: timestamptz default sql("coalesce(state, now())"),
            kind: text default sql("'new' ||"),
            own: sql("ltree ("),
            check("max(total) > 0"),
            index(sql("at::date")),
            index((sql("concat(state, kind)")), where = "ctid is not null"),
        });
    }
}

mod m0002_constraints {
    changeover::migration! {
        after super::m0001_base;
        create_table!(orders {
            id: bigint identity primary_key,
            other_id: bigint,
            third_id: bigint references(users.id, on_delte = cascade),
            during: tstzrange,
            check("id > 0", deferrable),
            foreign_key(other_id => users.id, on_delete = cascade(other_id), match = partial, name = b),
            exclude(during with "&&"),
            exclude(during with "or", using = gist, name = c),
            exclude(during, using = gist, name = d),
        });
        create_table!(invoices {
            id: bigint identity primary_key,
            user_id: bigint not_null references(users.id, on_delete = set_null),
            other_id: bigint,
            unique(user_id, deferable),
            unique(id, user_id, include(ohter_id)),
            foreign_key(other_id => users.id, on_delete = set_null(user_id), name = a),
            exclude(user with "=", sql("idd + 1") with "=", using = btree, where = "other > 1"),
        });
    }
}

mod m0002_sql {
    changeover::migration! {
        after super::m0001_base;
        create_table!(orders {
            id: bigint primary_key,
            customer_id: bigint references customers(id),
            state: text check "state <> ''",
        });
    }
}

fn main() {}
