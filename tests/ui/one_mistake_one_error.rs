//! A mistake in a parent is no mistake of its children.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: txt not_null,
        });
    }
}

mod m0002_child {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => display_name);
    }
}

mod m0003_grandchild {
    changeover::migration! {
        after super::m0002_child;
        add_index!(users(display_name));
    }
}

fn main() {}
