//! Extensions that are not there, or that a column needs.

mod m0001_base {
    changeover::migration! {
        create_extension!(citext);
        create_extension!(hstore);
        create_table!(users {
            id: bigint identity primary_key,
            nick: sql("citext"),
            tags: sql("hstore"),
        });
    }
}

mod m0002_drop {
    changeover::migration! {
        after super::m0001_base;
        drop_column!(users.tags);
    }
}

mod m0003_change {
    changeover::migration! {
        after super::m0002_drop;
        drop_extension!(citex);
        drop_extension!(citext);
        drop_extension!(hstore);
    }
}

fn main() {}
