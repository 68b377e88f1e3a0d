//! What `delete_rows!` refuses.

mod m0001_base {
    changeover::migration! {
        create_table!(events { id: bigint identity primary_key, at: timestamptz, kind: text });
        create_table!(notes {
            id: bigint identity primary_key,
            event_id: bigint references(events.id),
        }, allow(foreign_key_without_index, reason = "few"));
        create_table!(users { id: bigint identity primary_key, name: text });
        create_view!(names, "select name from users");
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        delete_rows!(events, where = "at < '2020-01-01'");
        delete_rows!(users);
        delete_rows!(users, where = "nmae is null");
        delete_rows!(users, were = "name is null");
        delete_rows!(user, where = "true");
        delete_rows!(names, where = "true");
        delete_rows!(users, where = "name is null", background);
    }
}

mod m0003_pending {
    changeover::migration! {
        after super::m0001_base;
        delete_rows!(users, where = "name is null");
    }
}

mod m0004_change {
    changeover::migration! {
        after super::m0003_pending;
        rename_column!(users.name => display_name);
    }
}

mod m0005_renamed {
    changeover::migration! {
        after super::m0001_base;
        rename_table!(users => accounts);
    }
}

mod m0006_change {
    changeover::migration! {
        after super::m0005_renamed;
        delete_rows!(accounts, where = "name is null");
    }
}

fn main() {}
