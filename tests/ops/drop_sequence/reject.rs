//! Sequences that are not there, or that a default draws from.

mod m0001_base {
    changeover::migration! {
        create_sequence!(numbers);
        create_sequence!(tickets);
        create_table!(orders {
            id: bigint identity primary_key,
            number: bigint default sql("nextval('public.numbers')"),
            ticket: bigint default sql("nextval('tickets'::regclass)"),
        });
    }
}

mod m0002_drop {
    changeover::migration! {
        after super::m0001_base;
        drop_default!(orders.ticket);
    }
}

mod m0003_change {
    changeover::migration! {
        after super::m0002_drop;
        drop_sequence!(number);
        drop_sequence!(numbers);
        drop_sequence!(tickets);
    }
}

fn main() {}
