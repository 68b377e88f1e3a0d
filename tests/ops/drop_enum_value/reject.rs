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

mod m0002_added {
    changeover::migration! {
        after super::m0001_base;
        add_enum_value!(level.middle, after = low);
        create_enum!(size { small, large });
        create_table!(rooms { id: bigint primary_key, level: level, size: size });
    }
}

mod m0003_pending {
    changeover::migration! {
        after super::m0002_added;
        drop_enum_value!(level.low, replace_by = middle);
        set_not_null!(rooms.size, fill = "'small'");
    }
}

mod m0004_early {
    changeover::migration! {
        after super::m0003_pending;
        drop_enum_value!(level.middle, replace_by = high);
        drop_enum_value!(size.small, replace_by = large);
    }
}

fn main() {}
