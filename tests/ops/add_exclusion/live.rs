//! Clients write the range that must not overlap with another row's.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(bookings {
            id: bigint identity primary_key,
            during: int8range not_null,
            note: text,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_exclusion!(
            bookings(during with "&&"),
            using = gist,
            where = "note is distinct from 'draft'",
            direct(max_rows = 10_000, reason = "one hotel, emptied each year"),
        );
        create_table!(desks { id: bigint identity primary_key, place: sql("box") });
        add_exclusion!(desks(place with "&&"), using = gist, initially_deferred);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed(
            "insert into bookings (during)
             select int8range(10 * n, 10 * n + 5) from generate_series(1, 500) n",
        )
        .old_build(
            Client::of("bookings")
                .writes_as("during", "$2::text::int8range")
                .values(|n| format!("[{},{})", 10 * n + 10_000, 10 * n + 10_007))
                .unrelated("update bookings set note = 'paid' where id = $1"),
        )
}
