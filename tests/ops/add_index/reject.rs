//! Columns that are not there, names that are taken, and what a method cannot do.

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
        add_index!(users(emial));
        add_index!(users(email));
        add_index!(user(email));
        add_index!(users(email desk));
        add_index!(users(username), uniqe, name = by_username);
        add_index!(users());
        add_index!(users(email asc desc nulls_frist));
        add_index!(users(plan asc desc));
        add_index!(users(plan public.text_pattern));
        add_index!(users(plan text_ops text_pattern_ops));
        add_index!(users(plan), unique, using = hash);
        add_index!(users(plan, email), using = spgist);
        add_index!(users(plan desc), using = gin, include(id));
        add_index!(users(plan), nulls_not_distinct);
        add_index!(users(plan), with(fillfactor = 7, deduplicate_item = false));
        add_index!(users(plan), using = brin, with(fillfactor = 70));
        add_index!(users(plan), using = gist, with(buffering = "of"));
    }
}

mod m0002_expressions {
    changeover::migration! {
        after super::m0001_base;
        add_index!(users(sql("lower(emial)")), name = by_email);
        add_index!(users(username), where = "plan == 'free'", name = by_plan);
        add_index!(users(sql("concat(plan, email)")), where = "created < now()", name = by_both);
        add_index!(users(email), where = "id in (select id from customers)", name = by_customer);
    }
}

mod m0002_views {
    changeover::migration! {
        after super::m0001_base;
        create_view!(initials, "select id, left(username, 1) as initial from users");
        create_materialized_view!(names, "select id, username from users", unique(id));
        add_index!(initials(initial));
        add_index!(names(usernam));
        add_index!(names(id), unique);
    }
}

fn main() {}
