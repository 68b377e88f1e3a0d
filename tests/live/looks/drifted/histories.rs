//! Migrations of one change each, behind one base.

pub(crate) mod m0001_base {
    changeover::migration! {
        create_table!(teams { id: bigint primary_key, title: text });
        create_table!(users {
            id: bigint identity primary_key,
            name: text,
            age: int,
            team: bigint,
            email: text,
            score: int,
            extra: text,
            unique(email, name = email_once),
            check("score > 0", name = of_age, not_valid),
            index(score, name = by_age),
        });
        create_table!(logs { id: bigint not_null, at: date not_null, partition_by(range(at)) });
        create_table!(logs_old { id: bigint not_null, at: date not_null });
        create_view!(adults, "select id, title from teams where title > 'a'");
        create_function!(twice(n: bigint) returns bigint, language = sql, body = "select n * 2");
        create_function!(touch() returns trigger, language = plpgsql,
            body = "begin return new; end");
        create_trigger!(touched on users, before(update), function = touch);
    }
}

/// A migration of one change, and the history that ends in it.
macro_rules! changes {
    ($($name:ident { $($change:tt)* })*) => {
        $(pub(crate) mod $name {
            pub(crate) mod m0002_change {
                changeover::migration! {
                    after super::super::m0001_base;
                    add_column!(teams.note: text);
                    $($change)*
                }
            }
            use super::m0001_base;
            changeover::migrations! {
                pub(crate) static HISTORY = [m0001_base, m0002_change];
            }
        })*
    };
}

changes! {
    rename_column { rename_column!(users.name => title); }
    change_type { change_type!(users.age: bigint); }
    add_foreign_key { add_foreign_key!(users.team => teams.id, allow(foreign_key_without_index, reason = "a test")); }
    set_not_null { set_not_null!(users.name, fill = "''"); }
    drop_column { drop_column!(users.extra); }
    drop_index { drop_index!(by_age); }
    drop_constraint { drop_constraint!(users.email_once); }
    validate_constraint { validate_constraint!(users.of_age); }
    rename_index { rename_index!(by_age => users_by_age); }
    rename_constraint { rename_constraint!(users.of_age => adult); }
    replace_view { replace_view!(adults, "select id, title from teams where title > 'b'"); }
    replace_function {
        replace_function!(twice(n: bigint) returns bigint, language = sql, body = "select 2 * n");
    }
    drop_trigger { drop_trigger!(touched on users); }
    attach_partition { attach_partition!(logs_old of logs, from("2020-01-01") to("2021-01-01")); }
    add_unique { add_unique!(users(team)); }
    create_table { create_table!(orders { id: bigint primary_key }); }
    add_column { add_column!(users.plan: text); }
    create_index { add_index!(users(email), name = by_email); }
    add_check { add_check!(users, "age < 200", name = mortal); }
    create_view { create_view!(minors, "select id from teams"); }
    create_enum { create_enum!(mood { good, bad }); }
}
