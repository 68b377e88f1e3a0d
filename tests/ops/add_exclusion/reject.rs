//! Exclusion constraints without `direct`, without a method, and with what is no operator.

mod m0001_base {
    changeover::migration! {
        create_table!(bookings {
            id: bigint identity primary_key,
            room: bigint not_null,
            during: tstzrange not_null,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_exclusion!(bookings(during with "&&"), using = gist);
        add_exclusion!(bookings(during with "&&"), name = z, direct(max_rows = 10_000, reason = "one hotel"));
        add_exclusion!(bookings(durin with "&&"), using = gist, name = a, direct(max_rows = 10_000, reason = "one hotel"));
        add_exclusion!(bookings(during with "and"), using = gist, direct(max_rows = 10_000, reason = "one hotel"));
        add_exclusion!(bookings(during wiht "&&"), using = gist, direct(max_rows = 10_000, reason = "one hotel"));
        add_exclusion!(bookings(during), using = gin, direct(max_rows = 10_000, reason = "one hotel"));
        add_exclusion!(bookings(during with "&&"), using = gits, where = "rom > 1", name = b, direct(max_rows = 10_000, reason = "one hotel"));
    }
}

fn main() {}
