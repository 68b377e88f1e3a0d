//! Constraints that are not there, or that a foreign key needs.

mod m0001_base {
    changeover::migration! {
        create_table!(customers {
            id: bigint identity primary_key,
            email: text not_null unique,
        });
        create_table!(orders {
            id: bigint identity primary_key,
            customer_id: bigint references(customers.id),
            total: numeric(12, 2) not_null check("total >= 0"),
            index(customer_id),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_constraint!(orders.order_total_check);
        drop_constraint!(customers.customers_pkey);
        drop_constraint!(order.orders_total_check);
        drop_constraint!(orders_total_check);
        drop_constraint!(orders.orders_total_check: chek("total >= 0"));
    }
}

mod m0003_twice {
    changeover::migration! {
        after super::m0001_base;
        drop_constraint!(customers.customers_email_key);
    }
}

mod m0004_again {
    changeover::migration! {
        after super::m0003_twice;
        drop_constraint!(customers.customers_email_key);
        add_unique!(customers(email));
    }
}

fn main() {}
