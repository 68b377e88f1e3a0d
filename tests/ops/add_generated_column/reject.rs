//! Expressions that PostgreSQL does not keep, and columns that have a value from elsewhere.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            shout: text generated("upper(username)"),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_generated_column!(users.shout: text = "username", stored);
        add_generated_column!(users.a: text = "usrname", stored);
        add_generated_column!(users.b: timestamptz = "now()", stored);
        add_generated_column!(users.c: text = "shout || '!'", stored);
        add_generated_column!(users.d: text = "username");
        add_generated_column!(users.e: text = "username", stored, virtual);
        add_generated_column!(users.f: text not_null = "username", virtual);
        add_generated_column!(users.g: text default "x" = "username", stored);
        add_generated_column!(users.h: text unique = "username", stored);
        add_generated_column!(users.i: bigint identity = "id", stored);
        add_generated_column!(users.j = "id", stored);
        add_generated_column!(users.k: txt = "username", stord);
        add_column!(users.l: text generated("upper(username)"));
        add_column!(users.m: text generated("upper(username)", virtul));
    }
}

fn main() {}
