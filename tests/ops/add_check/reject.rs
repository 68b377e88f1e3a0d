//! Checks that nothing can break, that are there already, or that are no SQL.

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            customer_id: bigint not_null,
            total: numeric(12, 2) not_null check("total >= 0"),
            status: text not_null,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_check!(order, "total < 1000");
        add_check!(orders, "total >= 0", name = orders_total_check);
        add_check!(orders, "status in ('new', 'paid'");
        add_check!(orders, "total < 1000", nam = orders_total_small);
        add_check!(orders);
        add_check!(orders, "status <> ''", deferrable, name = a);
        add_check!(orders, "total < 5", fill = "5", name = b);
        add_check!(orders, "total < 6", fill(totl = "5", status = "nul"), name = c);
        add_check!(orders, "total < 8", not_valid, fill(total = "5"), name = e);
        add_check!(orders, "total < 7", fill(total = "null", total = "5"), name = d);
    }
}

mod m0003_again {
    changeover::migration! {
        after super::m0001_base;
        add_check!(orders, "total < 1000");
        add_check!(orders, "status <> ''");
    }
}

fn main() {}
