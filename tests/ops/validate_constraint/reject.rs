//! Constraints that are not there, or proved already; what cannot be left unproved.

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key });
        create_table!(orders {
            id: bigint identity primary_key,
            customer_id: bigint references(customers.id),
            total: bigint check("total >= 0"),
            size: bigint check("size > 0", not_valid, name = orders_has_size),
            index(customer_id),
        });
        create_table!(visits {
            at: date not_null,
            page: text check("page <> ''", not_valid),
            customer_id: bigint,
            partition_by(range(at)),
        });
        create_partition!(visits_1 of visits, from("2020-01-01") to("2021-01-01"));
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        validate_constraint!(orders.orders_has_sise);
        validate_constraint!(orders.orders_total_check);
        validate_constraint!(orders_has_size);
        add_unique!(orders(total), not_valid);
        add_foreign_key!(orders.total => customers.id, fill = "null", not_valid);
        add_foreign_key!(visits.customer_id => customers.id, not_valid);
        detach_partition!(visits_1 of visits);
    }
}

const ALONE: changeover::migration::Change =
    changeover::validate_constraint!(orders.orders_has_size);

fn main() {}
