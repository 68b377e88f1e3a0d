//! Tables that lack what the other has, and bounds that PostgreSQL takes no proof of.

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint primary_key });
        create_table!(events {
            id: bigint not_null,
            at: date not_null,
            name: text check("name <> ''"),
            customer_id: bigint references(customers.id),
            primary_key(id, at),
            index(customer_id),
            partition_by(range(at)),
        });
        create_table!(bare { id: bigint identity, at: timestamptz, extra: text });
        create_table!(parts { id: bigint not_null, partition_by(hash(id)) });
        create_table!(part { id: bigint not_null });
        create_table!(checked { id: bigint not_null check("id <> 7") });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        attach_partition!(bare of events, from("2020-01-01") to("2021-01-01"));
        attach_partition!(nothing of events, from("2020-01-01") to("2021-01-01"));
        attach_partition!(part of parts, modulus(2) remainder(2));
        attach_partition!(part of customers, default);
        attach_partition!(checked of parts, modulus(2) remainder(1));
    }
}

mod m0002_hash {
    changeover::migration! {
        after super::m0001_base;
        attach_partition!(part of parts, modulus(2) remainder(1));
    }
}

const ALONE: changeover::migration::Change =
    changeover::attach_partition!(part of parts, from(1) to(2));

fn main() {}
