//! Partitions that are not there, of another table, or that another change needs.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint primary_key });
        create_table!(events { id: bigint not_null, at: date not_null, partition_by(range(at)) });
        create_partition!(events_1 of events, from("2020-01-01") to("2021-01-01"));
        create_partition!(events_2 of events, from("2021-01-01") to("2022-01-01"));
        create_table!(parts { id: bigint, partition_by(hash(id)) });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        detach_partition!(events_3 of events);
        detach_partition!(events_1 of parts);
        detach_partition!(users of users);
        detach_partition!(events_1);
        drop_table!(events_1);
    }
}

mod m0002_detached {
    changeover::migration! {
        after super::m0001_base;
        detach_partition!(events_1 of events);
    }
}

mod m0003_early {
    changeover::migration! {
        after super::m0002_detached;
        add_column!(events_1.name: text);
        drop_table!(events_1);
        add_index!(events(id));
        add_check!(events, "id > 0");
    }
}

mod m0003_renamed {
    changeover::migration! {
        after super::m0002_detached;
        rename_table!(events => happenings);
    }
}

fn main() {}
