//! A name is split in two: names of one word, of several and empty ones, written by either build.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            name: text not_null default "",
            note: text not_null default "",
            index(name),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        split_column!(users.name => {
            first_name: text not_null default "" comment("as on the passport") = "split_part(name, ' ', 1)",
            last_name: text = "substring(name from '^[^ ]* (.*)$')",
        }, down = "concat_ws(' ', first_name, last_name)");
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

fn name(n: u64) -> String {
    match n % 5 {
        0 => format!("single{n}"),
        1 => format!("first{n} van der last{n}"),
        2 => String::new(),
        3 => format!(" only-last{n}"),
        _ => format!("first{n} last{n}"),
    }
}

/// The scenario, for `live` and `plan`.
pub fn scenario() -> Scenario {
    let touch = "update users set note = note || '.' where id = $1";
    let new = || {
        Client::of("users")
            .writes_as("first_name", "split_part($2::text, ' ', 1)")
            .writes_as("last_name", "substring($2::text from '^[^ ]* (.*)$')")
            .values(name)
    };
    Scenario::new(&HISTORY, "m0002_change")
        .seed(
            "insert into users (name)
             select case n % 4 when 0 then 'Cher' when 1 then '' when 2 then 'Ada Lovelace'
                 else 'Ludwig van Beethoven' end || case when n % 4 > 1 then n::text else '' end
             from generate_series(1, 4000) n",
        )
        .old_build(Client::of("users").writes("name").values(name).unrelated(touch))
        .dual_build(
            new().writes_as("name", "$2::text").read("select name from users where id = $1"),
        )
        .new_build(
            new()
                .read("select concat_ws(' ', first_name, last_name) from users where id = $1")
                .unrelated(touch),
        )
        .equal(
            "select count(*) from users
             where name is distinct from concat_ws(' ', first_name, last_name)",
        )
}
