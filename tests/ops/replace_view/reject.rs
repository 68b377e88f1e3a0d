//! Views that are not there, and shapes that builds cannot share.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, username: text, email: text });
        create_view!(members, "select id, username from users");
        create_view!(held, "select id, username, email from users");
        create_view!(other, "select id from users");
    }
}

mod m0002_shrink {
    changeover::migration! {
        after super::m0001_base;
        replace_view!(held, "select id, username from users");
    }
}

mod m0003_change {
    changeover::migration! {
        after super::m0002_shrink;
        replace_view!(member, "select id from users");
        replace_view!(members, "select id, username as name from users");
        replace_view!(other, "select id from user");
        replace_view!(held, "select id from users");
    }
}

fn main() {}
