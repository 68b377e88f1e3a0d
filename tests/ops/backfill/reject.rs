//! What `backfill!` refuses.

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            name: text not_null,
            label: text,
            other: text,
            twice: text,
            number: bigint generated("id * 2"),
        });
        create_table!(logs { line: text, level: text });
        create_table!(users { id: bigint identity primary_key, name: text not_null, nick: text });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        backfill!(orders.name = "upper(name)");
        backfill!(orders.lable = "'x'");
        backfill!(orders.label);
        backfill!(orders.label = "upper(nmae)", where = "lable is null");
        backfill!(orders.number = "3");
        backfill!(orders { label = "'a'", other = "'b'" });
        backfill!(orders { label = "'a'", label = "'b'" }, where = "label is null");
        backfill!(orders {});
        backfill!(orders.other, with = crate::other);
        backfill!(orders.other, with = crate::other, read(nmae));
        backfill!(orders.other, with = crate::other, read(name), key = label);
        backfill!(logs.level, with = crate::other, read(line));
        backfill!(order.label = "'x'");
    }
}

mod m0003_change {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.nick => handle);
        backfill!(users.handle = "name");
        add_index!(users(name));
        backfill!(users.name = "lower(name)", where = "name <> lower(name)");
    }
}

fn main() {}
