//! A trigger that writes a column which new builds read, one of a view, and one of a statement,
//! beside a rename's own.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            version: integer not_null default 0,
            note: text not_null default "",
        });
        create_table!(counts { statements: bigint not_null });
        create_view!(names, "select id, username from users");
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        create_function!(stamp() returns trigger, language = plpgsql,
            body = "begin new.version := new.version + 1; return new; end");
        create_function!(put() returns trigger, language = plpgsql,
            body = "begin update users set username = new.username where id = old.id; return new; end");
        create_function!(count() returns trigger, language = plpgsql,
            body = "begin insert into counts select count(*) from gone; return null; end");
        create_trigger!(stamp on users, before(insert, update(username, note)), function = stamp,
            when = "new.username <> ''");
        create_trigger!(put on names, instead_of(update), function = put);
        create_trigger!(count on users, after(delete), each = statement, old_table = gone,
            function = count, args("users", "it's"));
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    let touch = "update users set note = 'x' where id = $1";
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .old_build(Client::of("users").writes("username").unrelated(touch))
        .new_build(
            Client::of("users")
                .writes("username")
                .update("update names set username = $2 where id = $1"),
        )
}
