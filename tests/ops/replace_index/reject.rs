//! Indexes that are not there, on another table, or of a constraint; a name of its own.

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
        replace_index!(users_emial_idx => users(email));
        replace_index!(users_email_idx => orders(id));
        replace_index!(users_email_idx => users(emial));
        replace_index!(users_username_key => users(username, id), unique);
        replace_index!(users_email_idx => users(email, id), name = by_email);
        replace_index!(users_email_idx => users(email desc), using = hash);
    }
}

mod m0002_replaced {
    changeover::migration! {
        after super::m0001_base;
        replace_index!(users_email_idx => users(email, id));
    }
}

mod m0003_early {
    changeover::migration! {
        after super::m0002_replaced;
        drop_index!(users_email_idx);
    }
}

mod m0002_view {
    changeover::migration! {
        after super::m0001_base;
        create_materialized_view!(names, "select id, username from users", unique(id));
    }
}

mod m0003_view {
    changeover::migration! {
        after super::m0002_view;
        replace_index!(names_id_idx => names(id, usernam), unique);
        replace_index!(names_id_idx => names(id));
    }
}

fn main() {}
