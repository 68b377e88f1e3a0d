//! Names that are taken or not there, and what could not be refreshed.

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
        create_materialized_view!(initials, "select id from users", unique(id));
        create_materialized_view!(a, "select id from users");
        create_materialized_view!(b, "select id from users", unique(di));
        create_materialized_view!(c, "select id from user", unique(id));
        create_materialized_view!(d, "select id from users", uniqe(id));
        create_materialized_view!(e, "select id, name from users", unique(id, nam = x));
        create_materialized_view!(f, "select id from users", index(id));
        create_materialized_view!(g, "select id from users", unique(id, name = k), index(id, name = k));
        create_materialized_view!(h, "select id, name from users", unique(id, name = users), index(nam));
    }
}

fn main() {}
