//! Tables that are not there, or in another change's hands.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, name: text });
        create_view!(names, "select name from users");
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        reindex_table!(usres);
        reindex_table!(names);
        reindex_table!(users, concurrently);
    }
}

fn main() {}
