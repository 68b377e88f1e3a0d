//! Triggers that are not there, and what is changing.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, name: text });
        create_function!(touch() returns trigger, language = plpgsql,
            body = "begin new.name := lower(new.name); return new; end");
        create_trigger!(stamp on users, before(insert), function = touch);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        replace_trigger!(stmap on users, before(insert), function = touch);
        replace_trigger!(stamp on users, before(insert), function = tuoch);
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.name => title);
    }
}

mod m0003_function_still_writes_it {
    changeover::migration! {
        after super::m0002_rename;
        contract!(m0002_rename);
    }
}

fn main() {}
