//! Bounds that do not fit the key, names that are taken, and a table that is not partitioned.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint primary_key });
        create_table!(events { id: bigint not_null, at: date not_null, partition_by(range(at)) });
        create_table!(shares { id: bigint, region: text, partition_by(list(region)) });
        create_table!(pairs { a: bigint, b: bigint, partition_by(range(a, b)) });
        create_partition!(shares_rest of shares, default);
        create_partition!(pairs_rest of pairs, default);
    }
}

mod m0001_tables {
    changeover::migration! {
        create_table!(a { id: bigint primary_key, at: date, partition_by(range(at)) });
        create_table!(b { id: bigint, at: date, partition_by(rnage(at)) });
        create_table!(c { id: bigint, at: date, partition_by(list(at, id)) });
        create_table!(d { id: bigint, partition_by(range(att desc)) });
        create_table!(e { id: bigint unique, partition_by(range(sql("id % 10"))) });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        create_partition!(users_1 of users, from(1) to(2));
        create_partition!(events_1 of event, from("2020-01-01") to("2021-01-01"));
        create_partition!(events_1 of events, in("2020-01-01"));
        create_partition!(events_1 of events, from("2020-01-01", 1) to("2021-01-01"));
        create_partition!(events_1 in events, from("2020-01-01") to("2021-01-01"));
        create_partition!(events_1 of events, from("2020-01-01") till("2021-01-01"));
        create_partition!(events_1 of events, from(minvaleu) to("2021-01-01"));
        create_partition!(users of events, from("2020-01-01") to("2021-01-01"));
        create_partition!(shares_2 of shares, default);
        create_partition!(pairs_1 of pairs, from(1, 1) to(2, 1));
        add_index!(events(id), unique);
        add_index!(shares_rest(id));
        set_storage_parameters!(events, fillfactor = 70);
    }
}

fn main() {}
