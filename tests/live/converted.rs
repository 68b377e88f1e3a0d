//! A column that changes its name and its type: what either build writes goes through `up` or
//! `down`.

use changeover_tests::{Client, Failure, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            code: text not_null default "0",
            note: text not_null default "",
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(orders.code => number: bigint not_null, up = "code::bigint * 10", down = "(number / 10)::text");
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

#[test]
fn a_column_is_renamed_and_converted() -> Result<(), Failure> {
    let touch = "update orders set note = note || '.' where id = $1";
    let old = Client::of("orders").writes("code").values(|n| n.to_string()).unrelated(touch);
    let new = Client::of("orders")
        .writes_as("number", "$2::text::bigint * 10")
        .read("select (number / 10)::text from orders where id = $1")
        .values(|n| n.to_string())
        .unrelated(touch);
    let scenario = Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into orders (code) select n::text from generate_series(1, 4000) n")
        .old_build(old)
        .new_build(new)
        .equal("select count(*) from orders where number is distinct from code::bigint * 10");
    super::live(&scenario, "converted")
}
