//! Extensions that the history has, or whose schema goes.

mod m0001_base {
    changeover::migration! {
        create_extension!(citext);
        create_schema!(extensions);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        create_extension!(citext);
        create_extension!(hstore, version = "");
        create_extension!(hstore, in = extensions);
        drop_schema!(extensions);
        create_extension!(pg_trgm, schema = extensions);
    }
}

fn main() {}
