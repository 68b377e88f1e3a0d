//! Keys, rows and readers that no partitioned table can have, or that would stay with the old one.

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key, email: text not_null unique });
        create_table!(orders {
            id: bigint identity primary_key,
            at: date,
            day: date generated("at + 1"),
            email: text,
            unique(email),
            index(at, unique),
            index(email, unique),
            customer_id: bigint references(customers.id),
            index(customer_id),
        });
        create_table!(lines { id: bigint primary_key, order_id: bigint references(orders.id), index(order_id) });
        create_table!(unlogged drafts { at: date not_null });
        create_table!(parts { id: bigint not_null, partition_by(range(id)) });
        create_partition!(parts_1 of parts, from(0) to(10));
        create_table!(visits {
            id: bigint not_null,
            at: date not_null,
            page: text,
            primary_key(id, at),
            check("id > 0", no_inherit, name = positive),
            check("id < 9", not_valid, name = small),
            before_id: bigint,
            before_at: date,
            foreign_key(before_id, before_at => visits(id, at)),
            index(before_id, before_at),
        });
        create_table!(stays { room: int4range, at: date not_null, exclude(room with "&&", using = gist) });
        create_view!(shown, "select id from orders");
        create_table!(read { at: date not_null, kind: text not_null });
        create_materialized_view!(kept, "select at from read", unique(at));
        create_function!(pass() returns trigger, language = plpgsql, body = "begin return null; end");
        create_trigger!(rows on read, after(insert), each = row, new_table = fresh, function = pass);
        set_replica_identity!(customers, index = customers_email_key);
        create_table!(read_rest { id: bigint primary_key });
        create_table!(plain { at: date not_null, kind: text not_null, index(at) });
        create_table!(other { id: bigint, index(id, name = plain_old_at_idx) });
        create_table!(one { at: date not_null, kind: text not_null });
        create_table!(two { at: date not_null, kind: text not_null });
        create_table!(three { at: date not_null, kind: text not_null });
        create_table!(four { at: date not_null, kind: text not_null });
        create_table!(five { at: date not_null, kind: text not_null, index(kind) });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        partition_table!(orders, by range(at), orders_before to("2027-01-01"));
        partition_table!(orders, by range(day), orders_rest default);
        partition_table!(drafts, by range(at), drafts_rest default);
        partition_table!(parts, by range(id), parts_2 default);
        partition_table!(parts_1, by range(id), parts_2 default);
        partition_table!(shown, by range(id), shown_rest default);
        partition_table!(visits, by range(at), visits_rest default);
        partition_table!(stays, by range(at), stays_rest default);
        partition_table!(read, by range(at), read_rest default);
        partition_table!(customers, by range(id), customers_rest default);
    }
}

mod m0003_change {
    changeover::migration! {
        after super::m0001_base;
        partition_table!(plain, by hash(at), plain_0 default);
        partition_table!(plain, by range(at));
        partition_table!(plain, range(at), plain_rest default);
        partition_table!(plain, by rang(at), plain_rest default);
        partition_table!(plain, by range(at), plain_rest until("2027-01-01"));
        partition_table!(plain, by range(at), plain_old default);
        partition_table!(one, by range(att), one_rest default);
        partition_table!(two, by range(at), other.two_rest default);
        partition_table!(three, by range(at), three_some in("2027-01-01"));
        partition_table!(four, by range(at, kind), four_both to("2027-01-01", "a"));
    }
}

mod m0003_dropped {
    changeover::migration! {
        after super::m0001_base;
        drop_index!(five_kind_idx);
        partition_table!(five, by list(kind), five_rest default);
    }
}

mod m0004_pending {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(plain.kind => sort);
    }
}

mod m0005_change {
    changeover::migration! {
        after super::m0004_pending;
        partition_table!(plain, by range(at), plain_rest default);
    }
}

const ALONE: changeover::migration::Change =
    changeover::partition_table!(plain, by range(at), plain_rest default);

fn main() {}
