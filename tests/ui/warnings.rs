//! What is a warning, and is an error here to be seen; what is allowed with a reason is neither.
#![deny(deprecated)]

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: integer identity primary_key, born: timestamp });
        create_table!(orders {
            id: bigint identity primary_key,
            customer_id: integer not_null references(customers.id),
            code: char(3),
            data: json,
            seen: timestamp[],
        });
        create_table!(parts {
            id: smallint identity primary_key,
            order_id: bigint not_null references(orders.id),
            index(order_id),
        }, allow(narrow_key, reason = "there are twelve"));
    }
}

mod m0002_more {
    changeover::migration! {
        after super::m0001_base;
        add_column!(orders.part_id: smallint references(parts.id));
        add_column!(parts.owner_id: integer references(customers.id));
        add_index!(parts(owner_id));
        add_column!(parts.data: json, allow(json, reason = "kept as it was sent"));
        add_column!(parts.at: timestamp, allow(json, reason = "the wrong rule"));
    }
}

mod m0003_functions {
    changeover::migration! {
        after super::m0002_more;
        create_function!(open() returns bigint, language = sql, security_definer,
            search_path = "pg_catalog, public", body = "select count(*) from parts");
        create_function!(known() returns bigint, language = sql, security_definer,
            search_path = "public", body = "select count(*) from parts",
            allow(open_search_path, reason = "nobody may create in it"));
        create_function!(shut() returns bigint, language = sql, security_definer,
            body = "select count(*) from public.parts");
        create_function!(count_of(name: text) returns bigint, language = sql, body = "select 1");
    }
}

mod m0004_replaced {
    changeover::migration! {
        after super::m0003_functions;
        replace_function!(count_of(name: text) returns bigint, language = sql, security_definer,
            body = "select count(*) from public.parts");
        replace_function!(shut() returns bigint, language = sql, security_definer, body = "select 2");
    }
}

mod m0005_mistakes {
    changeover::migration! {
        after super::m0004_replaced;
        add_column!(parts.b: text, allow(jsonn, reason = "no rule"));
        add_column!(parts.c: text, allow(json));
        add_column!(parts.d: text, allow);
    }
}

fn main() {}
