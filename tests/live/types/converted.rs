//! A column that changes its name and its type: what either build writes goes through `up` or
//! `down`.

use changeover_tests::fixture::Fixture;
use changeover_tests::{Client, Failure, Scenario, block_on, fail};

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
    crate::live(&scenario, "converted")
}

mod m0001_addresses {
    changeover::migration! {
        create_table!(addresses { id: bigint primary_key, street: text, number: smallint });
    }
}

mod m0002_line {
    changeover::migration! {
        after super::m0001_addresses;
        merge_columns!(addresses {
            street = "nullif(split_part(line, ' ', 1), '')",
            number = "nullif(split_part(line, ' ', 2), '')::smallint",
        } => line: text, up = "concat_ws(' ', street, number)");
    }
}

changeover::migrations! {
    static ADDRESSES = [m0001_addresses, m0002_line];
}

#[test]
fn what_the_old_shape_cannot_hold_fails_no_write() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("unheld").await?;
        fixture.runner(&ADDRESSES).await?.migrate().await?;
        let writes = "
            insert into addresses (id, line) values (1, 'Rue de Rivoli 3'), (2, 'Main 70000'), (3, 'Main 7');
            insert into addresses (id, street, number) values (4, 'Main', 8);
            update addresses set line = 'Main 8b' where id = 4";
        fixture.db.batch_execute(writes).await?;
        let read = "select string_agg(concat_ws('|', id, street, coalesce(number::text, '-'), line), ', ' order by id) from addresses";
        let rows: String = fixture.db.query_one(read, &[]).await?.get(0);
        if rows == "1|Rue|-|Rue de Rivoli 3, 2|Main|-|Main 70000, 3|Main|7|Main 7, 4|Main|-|Main 8b"
        {
            Ok(())
        } else {
            fail!("{rows}")
        }
    })
}
