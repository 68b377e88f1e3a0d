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

mod m0003_mistakes {
    changeover::migration! {
        after super::m0002_more;
        add_column!(parts.b: text, allow(jsonn, reason = "no rule"));
        add_column!(parts.c: text, allow(json));
        add_column!(parts.d: text, allow);
    }
}

fn main() {}
