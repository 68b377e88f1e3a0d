//! Expressions that are missing or read the wrong shape, and what needs the column.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            name: text not_null,
            email: text unique,
            city: text,
            street: text,
            shout: text generated("upper(street)"),
            index(city, id),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        split_column!(users.nmae => { a: text = "'x'", b: text = "'y'" }, down = "a || b");
        split_column!(users.name => { email: text = "name", c: text = "c || name" }, down = "name");
        split_column!(users.id => { d: bigint = "id / 10", e: bigint = "id % 10" }, down = "d * 10 + e");
        split_column!(users.email => { f: text = "email", g: text = "email" }, down = "f || g");
        split_column!(users.city => { h: text = "city", h: text = "city" }, down = "h");
        split_column!(users.street => { i: text = "street", j: text = "street" }, down = "i || j");
    }
}

mod m0002_definitions {
    changeover::migration! {
        after super::m0001_base;
        split_column!(users.name => { a: text = "name", b: text = "name" });
        split_column!(users.city => { c: text = "city" }, down = "c");
        split_column!(users.email => { d = "email", e: text }, down = "d");
        split_column!(users.street => { f: txt = "street", g: text = "street" }, dwon = "f");
    }
}

mod m0002_columns {
    changeover::migration! {
        after super::m0001_base;
        split_column!(users.name => {
            token: uuid default sql("gen_random_uuid()") = "md5(name)::uuid",
            untyped = "name",
            key: text unique = "name",
            number: bigint identity = "length(name)",
        }, down = "untyped");
    }
}

fn main() {}
