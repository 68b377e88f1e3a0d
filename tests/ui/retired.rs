//! What another migration has retired, or still holds.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            email: text,
        });
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => display_name);
    }
}

mod m0003_uses_the_old_name {
    changeover::migration! {
        after super::m0002_rename;
        add_index!(users(username));
        set_default!(users.username, "x");
        add_column!(users.username: text);
    }
}

fn main() {}
