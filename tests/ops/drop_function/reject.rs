//! Functions that are not there, or that something calls.

mod m0001_base {
    changeover::migration! {
        create_function!(shout(name: text) returns text, language = sql, immutable,
            body = "select upper(name)");
        create_function!(touch() returns trigger, language = plpgsql,
            body = "begin new.name := shout(new.name); return new; end");
        create_table!(users {
            id: bigint identity primary_key,
            name: text check("name = shout(name)"),
        });
        create_view!(loud, "select id, shout(name) as name from users");
        create_trigger!(loudly on users, before(insert), function = touch);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_function!(shuot(text));
        drop_function!(shout(bigint));
        drop_function!(shout(text));
        drop_function!(touch());
    }
}

fn main() {}
