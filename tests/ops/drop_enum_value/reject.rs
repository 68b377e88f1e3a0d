//! Values that are not there, that something needs, or that nothing replaces.

mod m0001_base {
    changeover::migration! {
        create_enum!(order_status { pending, lost, cancelled });
        create_enum!(mood { happy, sad });
        create_enum!(level { low, high });
        create_table!(orders {
            id: bigint identity primary_key,
            status: order_status default "lost",
            earlier: order_status check("earlier <> 'cancelled'"),
            mood: mood unique,
            lost_at: timestamptz,
            index((status), where = "status <> 'cancelled'"),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_enum_value!(order_state.lost, replace_by = cancelled);
        drop_enum_value!(order_status.lots, replace_by = cancelled);
        drop_enum_value!(order_status.lost, replace_by = canceled);
        drop_enum_value!(order_status.pending, replace_by = pending);
        drop_enum_value!(order_status.lost);
        drop_enum_value!(order_status.cancelled, replace_by = pending);
        drop_enum_value!(mood.sad, replace_by = happy);
        drop_enum_value!(level.low, replace_by = high);
    }
}

mod m0002_default {
    changeover::migration! {
        after super::m0001_base;
        drop_enum_value!(order_status.lost, replace_by = cancelled);
        drop_enum_value!(order_status.pending, replace_by = cancelled);
    }
}

fn main() {}
