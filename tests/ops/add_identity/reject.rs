//! Columns that cannot be numbered, and numbers that nothing tells.

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            number: bigint not_null unique,
            part: bigint,
            label: text not_null,
            level: integer not_null default 1,
            twice: bigint not_null generated("id * 2"),
            rank: bigint not_null,
            index((rank), where = "part > 0"),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_identity!(orders.id);
        add_identity!(orders.nubmer);
        add_identity!(orders.part);
        add_identity!(orders.label);
        add_identity!(orders.level);
        add_identity!(orders.twice);
        add_identity!(orders.rank);
    }
}

mod m0002_options {
    changeover::migration! {
        after super::m0001_base;
        add_identity!(orders.number, alwys);
        add_column!(orders.counter: bigint identity(start = 1, step = 2));
        add_column!(orders.ticket: bigint identity(increment = 0));
        add_column!(orders.serial: bigint identity, fill = "id");
    }
}

mod m0002_increment {
    changeover::migration! {
        after super::m0001_base;
        add_identity!(orders.number, increment = 0);
    }
}

fn main() {}
