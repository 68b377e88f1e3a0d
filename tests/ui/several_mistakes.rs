//! Mistakes that have nothing to do with each other are all reported, in the migration and in its
//! children; what follows from one of them is not.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text,
            plan: txt,
        });
        add_index!(users(plan));
        set_default!(users.usernmae, "x");
        drop_colum!(users.username);
        rename_column!(users.username = display_name);
    }
}

mod m0002_child {
    changeover::migration! {
        after super::m0001_base;
        add_index!(users(display_name));
        set_default!(users.plan, "x");
        set_default!(users.plann, "x");
        drop_table!(user);
    }
}

changeover::migrations! {
    static MIGRATIONS = [m0001_base, m0002_child];
}

fn main() {}
