//! Expressions that are missing or read the wrong shape, and what needs the columns.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            first: text not_null,
            last: text check("last <> ''"),
            email: text,
            phone: text,
            fax: text,
        });
    }
}

mod m0002_names {
    changeover::migration! {
        after super::m0001_base;
        merge_columns!(users { frist = "name", phone = "name" } => name: text, up = "phone");
        merge_columns!(user { first = "c", email = "c" } => c: text, up = "first || email");
        merge_columns!(users { first = "fax", email = "fax" } => fax: text, up = "first");
    }
}

mod m0002_expressions {
    changeover::migration! {
        after super::m0001_base;
        merge_columns!(users { first = "a", email = "first" } => a: text, up = "a || email");
        merge_columns!(users { fax = "b", last = "b" } => b: text, up = "fax || last");
    }
}

mod m0002_definitions {
    changeover::migration! {
        after super::m0001_base;
        merge_columns!(users { first = "a", email = "a" } => a: text);
        merge_columns!(users { last = "b" } => b: text, up = "last");
        merge_columns!(users { phone, fax = "c" } => c: text, up = "fax");
    }
}

mod m0002_no_type {
    changeover::migration! {
        after super::m0001_base;
        merge_columns!(users { first = "d", email = "d" } => d, up = "first || email");
        merge_columns!(users { phone = "e", fax = "e" } => e: text, down = "phone");
    }
}

fn main() {}
