//! Schemas that are not there, or that something is in.

mod m0001_base {
    changeover::migration! {
        create_schema!(billing);
        create_schema!(archive);
        create_schema!(empty);
        create_table!(billing.invoices { id: bigint identity primary_key });
        create_table!(archive.users { id: bigint identity primary_key });
        create_enum!(archive.mood { happy, sad });
    }
}

mod m0002_drop {
    changeover::migration! {
        after super::m0001_base;
        drop_table!(billing.invoices);
    }
}

mod m0003_change {
    changeover::migration! {
        after super::m0002_drop;
        drop_schema!(biling);
        drop_schema!(archive);
        drop_schema!(billing);
        drop_schema!(empty);
        create_table!(empty.rooms { id: bigint identity primary_key });
    }
}

fn main() {}
