//! Keys of tables that have none, that have this one, or that a foreign key points at.

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key, region: text not_null });
        create_table!(orders {
            id: bigint identity primary_key,
            region: text,
            customer_id: bigint references(customers.id),
            index(customer_id),
        });
        create_table!(events { id: bigint });
        create_table!(notes { id: bigint identity primary_key, region: text });
        create_table!(places { id: bigint identity primary_key, region: text });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        change_primary_key!(customers(id, region));
        change_primary_key!(orders(id));
        change_primary_key!(notes(id, regoin));
        change_primary_key!(events(id));
        change_primary_key!(places(id, region), nam = places_key);
        change_primary_key!(orders());
    }
}

mod m0003_key {
    changeover::migration! {
        after super::m0001_base;
        change_primary_key!(orders(id, region));
    }
}

mod m0004_early {
    changeover::migration! {
        after super::m0003_key;
        drop_constraint!(orders.orders_pkey);
        rename_column!(orders.id => number);
    }
}

fn alone() -> changeover::migration::Change { changeover::change_primary_key!(orders(id, region)) }

fn main() {}
