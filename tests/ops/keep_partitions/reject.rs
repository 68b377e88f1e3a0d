//! Tables without such a key, rules that make no sense, and what a rule would meet later.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint primary_key });
        create_table!(visits { id: bigint, at: timestamptz not_null, partition_by(range(at)) });
        create_table!(days { id: bigint, at: date not_null, partition_by(range(at)) });
        create_table!(shares { id: bigint, region: text, partition_by(list(region)) });
        create_table!(pairs { at: date, to: date, partition_by(range(at, to)) });
        create_table!(numbers { id: bigint, partition_by(range(id)) });
        create_table!(hours { at: date, partition_by(range(sql("at + 1"))) });
        create_table!(orders { id: bigint, at: date, primary_key(id, at), partition_by(range(at)) });
        create_table!(lines {
            id: bigint primary_key,
            order_id: bigint,
            order_at: date,
            foreign_key(order_id, order_at => orders(id, at)),
            index(order_id, order_at),
        });
        create_table!(a_name_of_so_many_letters_that_it_has_no_room_for_a_period { at: date, partition_by(range(at)) });
        create_table!(kept { at: date, partition_by(range(at)) });
        keep_partitions!(kept, yearly, ahead = 1);
    }
}

mod m0002_tables {
    changeover::migration! {
        after super::m0001_base;
        keep_partitions!(users, monthly, ahead = 3);
        keep_partitions!(vists, monthly, ahead = 3);
        keep_partitions!(shares, monthly, ahead = 3);
        keep_partitions!(pairs, monthly, ahead = 3);
        keep_partitions!(numbers, monthly, ahead = 3);
        keep_partitions!(hours, monthly, ahead = 3);
        keep_partitions!(days, hourly, ahead = 3);
        keep_partitions!(a_name_of_so_many_letters_that_it_has_no_room_for_a_period, monthly, ahead = 3);
        keep_partitions!(orders, monthly, ahead = 3, keep = "1 year", behind = detach);
    }
}

mod m0002_rules {
    changeover::migration! {
        after super::m0001_base;
        keep_partitions!(visits);
        keep_partitions!(visits, montly, ahead = 3);
        keep_partitions!(visits, monthly);
        keep_partitions!(visits, monthly, ahead = 0);
        keep_partitions!(visits, monthly, ahead = 3, keep = "13 months");
        keep_partitions!(visits, monthly, ahead = 3, behind = drop);
        keep_partitions!(visits, monthly, ahead = 3, keep = "13 moons", behind = drop);
        keep_partitions!(visits, monthly, ahead = 3, keep = "2 weeks", behind = drop);
        keep_partitions!(visits, monthly, ahead = 3, keep = "13 months", behind = dorp);
        keep_partitions!(visits, none);
        keep_partitions!(days, none, ahead = 3);
    }
}

mod m0002_twice {
    changeover::migration! {
        after super::m0001_base;
        keep_partitions!(kept, monthly, ahead = 3);
        keep_partitions!(kept, none);
    }
}

mod m0002_kept {
    changeover::migration! {
        after super::m0001_base;
        rename_table!(kept => held);
    }
}

mod m0002_dropped {
    changeover::migration! {
        after super::m0001_base;
        drop_table!(kept);
    }
}

fn main() {}
