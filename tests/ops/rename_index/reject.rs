//! Indexes that are not there, names that are taken, and an index of a constraint.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null unique,
            email: text,
            index(email),
            index(username, id),
        });
        create_table!(orders { id: bigint, index(id) });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_index!(users_emial_idx => by_email);
        rename_index!(users_email_idx => users);
        rename_index!(users_email_idx => users_username_key);
        rename_index!(users_username_key => by_name);
        rename_index!(users_email_idx, by_email);
    }
}

fn main() {}
