//! Two halves of an address become one line; old builds write one of the two at a time, and NULLs.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(addresses {
            id: bigint identity primary_key,
            street: text default "Main",
            number: integer,
            note: text not_null default "",
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        merge_columns!(addresses {
            street = "nullif(split_part(line, ' ', 1), '')",
            number = "nullif(split_part(line, ' ', 2), '')::integer",
        } => line: text not_null, up = "coalesce(street, '') || ' ' || coalesce(number::text, '')");
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_change;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_change, m0003_contract];
}

/// The scenario, for `live` and `plan`.
pub fn scenario() -> Scenario {
    let touch = "update addresses set note = note || '.' where id = $1";
    Scenario::new(&HISTORY, "m0002_change")
        .seed(
            "insert into addresses (street, number)
             select case when n % 3 > 0 then 'street' end, case when n % 4 > 0 then n end
             from generate_series(1, 4000) n",
        )
        .old_build(
            Client::of("addresses")
                .writes_as("number", "$2::text::integer")
                .values(|n| n.to_string())
                .nullable()
                .unrelated(touch),
        )
        .dual_build(
            Client::of("addresses")
                .writes_as("number", "$2::text::integer")
                .writes_as("street", "'dual'")
                .writes_as("line", "'dual ' || coalesce($2::text, '')")
                .values(|n| n.to_string())
                .nullable(),
        )
        .new_build(
            Client::of("addresses")
                .writes_as("line", "'new ' || coalesce($2::text, '')")
                .read("select nullif(split_part(line, ' ', 2), '') from addresses where id = $1")
                .values(|n| n.to_string())
                .nullable()
                .unrelated(touch),
        )
        .equal(
            "select count(*) from addresses
             where line is distinct from coalesce(street, '') || ' ' || coalesce(number::text, '')",
        )
}
