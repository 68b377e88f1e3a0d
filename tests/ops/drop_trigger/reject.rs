//! Triggers and tables that are not there, and one that goes already.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, name: text });
        create_function!(touch() returns trigger, language = plpgsql,
            body = "begin return new; end");
        create_trigger!(stamp on users, before(insert), function = touch);
        create_trigger!(other on users, before(insert), function = touch);
    }
}

mod m0002_drop {
    changeover::migration! {
        after super::m0001_base;
        drop_trigger!(stamp on users);
    }
}

mod m0003_change {
    changeover::migration! {
        after super::m0002_drop;
        drop_trigger!(othre on users);
        drop_trigger!(other on user);
        drop_trigger!(other);
        drop_trigger!(stamp on users);
    }
}

fn main() {}
