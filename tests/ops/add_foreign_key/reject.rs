//! Foreign keys that point nowhere, at no key, or with another type.

mod m0001_base {
    changeover::migration! {
        create_table!(customers {
            id: bigint identity primary_key,
            region: text not_null,
            name: text,
            unique(region, id),
        });
        create_table!(orders {
            id: bigint identity primary_key,
            customer_id: bigint references(customers.id),
            region: text,
            code: integer,
            customer: bigint,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_foreign_key!(orders.customer => customer.id);
        add_foreign_key!(orders.custommer => customers.id);
        add_foreign_key!(orders.code => customers.id);
        add_foreign_key!(orders.region => customers.name);
        add_foreign_key!(orders(region, customer) => customers.id);
        add_foreign_key!(orders.customer_id => customers.id, on_delete = cascade);
        add_foreign_key!(orders.customer => customers.id, on_delete = casade);
        add_foreign_key!(orders(region, customer) => customers(region, id), on_delete = set_null(customer_id));
        add_foreign_key!(orders.customer => customers.id, match = partial, on_delet = cascade);
    }
}

fn main() {}
