//! Foreign keys that point nowhere, at no key, or with another type.

mod m0001_base {
    changeover::migration! {
        create_table!(customers {
            id: bigint identity primary_key,
            region: text not_null,
            name: text,
            unique(region, id),
        });
        create_table!(nicks { nick: sql("citext") not_null unique });
        create_table!(orders {
            id: bigint identity primary_key,
            customer_id: bigint references(customers.id),
            region: text,
            code: integer,
            customer: bigint,
            nick: sql("citext"),
            index(customer_id),
        });
    }
}

mod m0002_partitioned {
    changeover::migration! {
        after super::m0001_base;
        create_table!(events { customer: bigint, at: timestamptz, index(customer), partition_by(range(at)) });
    }
}

mod m0003_partitioned {
    changeover::migration! {
        after super::m0002_partitioned;
        add_foreign_key!(events.customer => customers.id);
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
        add_foreign_key!(orders.customer => customers.id, on_delete = casade, name = a);
        add_foreign_key!(orders(region, customer) => customers(region, id), on_delete = set_null(customer_id), name = b);
        add_foreign_key!(orders.customer => customers.id, match = partial, on_delet = cascade, name = c);
        add_foreign_key!(orders.customer => customers.id, name = d, initially_deferred, fill = "null");
        add_foreign_key!(orders(region, customer) => customers(region, id), name = e, fill = "null");
        add_foreign_key!(orders.customer => customers.id, name = f, fill(code = "null", customr = "1"));
        add_foreign_key!(orders.nick => nicks.nick, name = g, fill = "null");
    }
}

fn main() {}
