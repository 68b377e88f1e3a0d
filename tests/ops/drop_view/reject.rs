//! Views that are not there or needed, and columns and tables that a view needs.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, username: text, email: text });
        create_view!(members, "select id, username from users");
        create_view!(initials, "select m.id, left(m.username, 1) as initial from members m");
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_view!(member);
        drop_view!(members);
    }
}

mod m0002_column {
    changeover::migration! {
        after super::m0001_base;
        drop_column!(users.username);
    }
}

mod m0002_other {
    changeover::migration! {
        after super::m0001_base;
        drop_table!(users);
    }
}

mod m0003_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => name);
    }
}

mod m0004_too_early {
    changeover::migration! {
        after super::m0003_rename;
        contract!(m0003_rename);
    }
}

mod m0004_leaves_it_out {
    changeover::migration! {
        after super::m0003_rename;
        replace_view!(members, "select id from users");
        replace_view!(initials, "select id, left(name, 1) as initial from users");
    }
}

mod m0005_out_of_order {
    changeover::migration! {
        after super::m0004_leaves_it_out;
        contract!(m0003_rename);
        contract!(m0004_leaves_it_out);
    }
}

mod m0005_in_order {
    changeover::migration! {
        after super::m0004_leaves_it_out;
        contract!(m0004_leaves_it_out);
        contract!(m0003_rename);
    }
}

fn main() {}
