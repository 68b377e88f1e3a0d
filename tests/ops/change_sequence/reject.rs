//! What a sequence cannot become.

mod m0001_base {
    changeover::migration! {
        create_sequence!(numbers, max_value = 1000);
        create_sequence!(tickets, as = integer, start = 10);
        create_sequence!(upwards);
        create_table!(billing.invoices { id: bigint identity primary_key, number: bigint });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        change_sequence!(number, cache = 5);
        change_sequence!(numbers);
        change_sequence!(numbers, as = integer);
        change_sequence!(upwards, increment = -1);
        change_sequence!(tickets, max_value = 5);
        change_sequence!(tickets, as = bigint, max_value = 5_000_000_000, restart = 6_000_000_000);
        change_sequence!(tickets, owned_by = billing.invoices.number);
        change_sequence!(numbers, start_with = 5);
    }
}

fn main() {}
