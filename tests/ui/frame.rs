//! The frame of a migration: words that are none, a parent in the wrong place, a lost semicolon.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            email: text,
        });
    }
}

mod m0002_frame {
    changeover::migration! {
        after super::m0001_base;
        rename_colum!(users.username => display_name);
        add_index!(users(email))
        set_default!(users.email, "none");
        after super::m0001_base;
    }
}

fn main() {}
