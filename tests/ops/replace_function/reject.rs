//! Functions that are not there, and what callers of one rely on.

mod m0001_base {
    changeover::migration! {
        create_function!(total(customer: bigint) returns numeric, language = sql,
            body = "select 1.0");
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        replace_function!(totel(customer: bigint) returns numeric, language = sql, body = "select 2");
        replace_function!(total(customer: text) returns numeric, language = sql, body = "select 2");
    }
}

mod m0002_other {
    changeover::migration! {
        after super::m0001_base;
        replace_function!(total(client: bigint default 0) returns bigint, language = sql,
            body = "select 2");
    }
}

fn main() {}
