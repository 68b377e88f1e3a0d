//! Values that are there already, or have no place.

mod m0001_base {
    changeover::migration! {
        create_enum!(order_status { pending, shipped });
        create_table!(orders { id: bigint identity primary_key, status: order_status });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_enum_value!(order_state.delivered);
        add_enum_value!(order_status.pending);
        add_enum_value!(order_status.lost, after = shiped);
        add_enum_value!(order_status.found, after = pending, before = shipped);
        add_enum_value!(order_status);
        add_enum_value!(order_status.delivered, after = shipped);
        add_enum_value!(order_status.delivered);
        set_default!(orders.status, "deliverd");
    }
}

fn main() {}
