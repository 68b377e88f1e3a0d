//! Materialized views that are not there, or needed.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, name: text });
        create_materialized_view!(names, "select id, name from users", unique(id));
        create_view!(initials, "select id, left(name, 1) as initial from names");
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_materialized_view!(name);
        drop_materialized_view!(names);
        replace_view!(initials, "select id, left(name, 2) as initial from nam");
    }
}

fn main() {}
