//! The one-step form, asked for without a bound, without a reason, and where there is none.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, username: text not_null, a: text, b: text, c: text, d: text });
    }
}

mod m0002_direct {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => display_name, direct(max_rows = 10, reason = "small"));
        set_not_null!(users.a, direct(max_rows = 10));
        set_not_null!(users.b, direct);
        set_not_null!(users.c, direct(max_row = 10, reason = "small"));
        set_not_null!(users.d, direct(max_rows = 10, reason = " "));
        set_not_null!(users.usernmae, direct(max_rows = "ten", reason = "small"));
        set_not_null!(users. , direct(max_rows = 10, reason = "small"));
    }
}

fn main() {}
