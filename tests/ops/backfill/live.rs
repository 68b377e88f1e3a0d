//! `orders.label` is made of the priority, with SQL, and `orders.code` of the name, with a function.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            name: text not_null,
            priority: bigint not_null default 5,
            label: text,
            code: text not_null default "",
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_column!(orders.note: text);
        backfill!(orders.label = "case when priority >= 8 then 'high' else 'low' end");
        backfill!(orders { note = "'for ' || name" }, where = "note is null and name <> ''");
        backfill!(orders.code, with = super::code, read(name), where = "code = ''");
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_change;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change, m0003_contract];
}

/// What SQL could do as well, so that the harness can tell whether it was done.
async fn code(names: Vec<(String,)>) -> Result<Vec<String>, std::convert::Infallible> {
    Ok(names.into_iter().map(|(name,)| name.to_uppercase()).collect())
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into orders (name, priority) select 'u' || n, n % 10 from generate_series(1, 3000) n")
        .old_build(Client::of("orders").writes("name").also("code", "'given'"))
        .new_build(Client::of("orders").writes("name").also("code", "'given'").also("label", "'own'"))
        .equal("select count(*) from orders where label is null or note is null or code = ''")
        .equal("select count(*) from orders where label not in ('high', 'low', 'own')")
}
