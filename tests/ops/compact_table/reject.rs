//! Tables that are not there, in another change's hands, or whose triggers would fire.

mod m0001_base {
    changeover::migration! {
        create_function!(touch() returns trigger, language = plpgsql, body = "begin return new; end");
        create_table!(users { id: bigint identity primary_key, name: text });
        create_trigger!(stamp on users, before(insert, update), function = touch);
        create_table!(orders { id: bigint identity primary_key, name: text });
        create_trigger!(named on orders, before(update(name)), function = touch);
        create_trigger!(changed on orders, before(update), when = "old.*  IS DISTINCT FROM new.*", function = touch);
        create_view!(names, "select name from users");
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        compact_table!(users);
        compact_table!(usres);
        compact_table!(names);
        compact_table!(orders, least = 0);
        compact_table!(orders, least = "much");
        compact_table!(orders, trunkate = false);
        compact_table!(orders);
        compact_table!(users, fire_triggers);
    }
}

mod m0003_pending {
    changeover::migration! {
        after super::m0001_base;
        rename_table!(orders => purchases);
    }
}

mod m0004_change {
    changeover::migration! {
        after super::m0003_pending;
        compact_table!(purchases);
    }
}

fn main() {}
