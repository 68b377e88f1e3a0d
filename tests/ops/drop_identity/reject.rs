//! Columns that PostgreSQL does not number.

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            number: bigint not_null,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_identity!(orders.number);
        drop_identity!(orders.di);
        drop_identity!(order.id);
        drop_identity!(orders.id, now);
    }
}

fn main() {}
