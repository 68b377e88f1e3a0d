//! Sequences that cannot be.

mod m0001_base {
    changeover::migration! {
        create_table!(orders { id: bigint identity primary_key, number: bigint, index(number) });
        create_table!(billing.invoices { id: bigint identity primary_key, number: bigint });
        create_sequence!(numbers);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        create_sequence!(numbers);
        create_sequence!(orders_number_idx);
        create_sequence!(first, as = bigit);
        create_sequence!(second, increment = 0, cache = 0);
        create_sequence!(third, as = smallint, max_value = 40000);
        create_sequence!(fourth, min_value = 10, max_value = 5);
        create_sequence!(fifth, min_value = 10, start = 5);
        create_sequence!(sixth, restart = 5);
        create_sequence!(seventh, owned_by = orders.numbr);
        create_sequence!(eighth, owned_by = billing.invoices.number);
        create_sequence!(ninth, start = 99999999999999999999);
    }
}

fn main() {}
