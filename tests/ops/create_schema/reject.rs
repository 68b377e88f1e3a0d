//! Schemas that are there, or cannot be.

mod m0001_base {
    changeover::migration! {
        create_schema!(billing);
        create_table!(archive.users { id: bigint identity primary_key });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        create_schema!(billing);
        create_schema!(archive);
        create_schema!(pg_own);
        create_schema!(public);
        create_schema!(billing.inner);
    }
}

fn main() {}
