//! What `move_rows!` refuses.

mod m0001_base {
    changeover::migration! {
        create_table!(orders { id: bigint identity primary_key, name: text, total: bigint });
        create_table!(short { id: bigint primary_key, total: numeric });
        create_table!(strict {
            id: bigint primary_key, name: text, total: bigint, why: text not_null,
        });
        create_table!(archive { id: bigint primary_key, name: text, total: bigint });
        create_table!(lines {
            id: bigint identity primary_key,
            order_id: bigint references(orders.id, on_delete = cascade),
            index(order_id),
        });
        create_table!(users { id: bigint identity primary_key, name: text, note: text });
        create_table!(gone { id: bigint primary_key, name: text, note: text });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        move_rows!(orders => archive, where = "id < 5");
        move_rows!(users => users, where = "id < 5");
        move_rows!(users => gone);
        move_rows!(users => gone, where = "nmae is null");
        move_rows!(users => short, where = "id < 5");
        move_rows!(users => gon, where = "id < 5");
        move_rows!(users, where = "id < 5");
        move_rows!(users => gone, where = "id < 5", apend);
    }
}

mod m0003_change {
    changeover::migration! {
        after super::m0001_base;
        drop_constraint!(lines.lines_order_id_fkey);
    }
}

mod m0004_change {
    changeover::migration! {
        after super::m0003_change;
        contract!(m0003_change);
        move_rows!(orders => strict, where = "id < 5");
        move_rows!(orders => short, where = "id < 5");
    }
}

mod m0005_pending {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.name => display_name);
    }
}

mod m0006_change {
    changeover::migration! {
        after super::m0005_pending;
        add_column!(gone.display_name: text);
    }
}

mod m0007_change {
    changeover::migration! {
        after super::m0006_change;
        move_rows!(users => gone, where = "id < 5");
    }
}

fn main() {}
