//! Names that are not there, or taken.

mod m0001_base {
    changeover::migration! {
        create_enum!(order_status { pending, shipped });
        create_domain!(status: order_status);
        create_enum!(mood { happy, sad });
        create_table!(orders {
            id: bigint identity primary_key,
            status: order_status generated("case when true then 'shipped'::order_status end"),
            mood: mood,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_enum_value!(order_state.shipped => sent);
        rename_enum_value!(mood.hapy => glad);
        rename_enum_value!(mood.happy => sad);
        rename_enum_value!(mood.happy);
        rename_enum_value!(order_status.shipped => sent);
        rename_enum_value!(mood.sad => grim);
        rename_enum_value!(mood.happy => glad);
    }
}

fn main() {}
