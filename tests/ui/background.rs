//! What is left to the background although something needs it, or although nothing of it takes time.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, name: text not_null, a: text, b: text });
        create_table!(orders { id: bigint identity primary_key });
    }
}

mod m0002_needed {
    changeover::migration! {
        after super::m0001_base;
        backfill!(users.a = "lower(name)", where = "a is null", background);
        add_check!(users, "a <> ''", name = no_blank);
        add_index!(users(b), background);
        add_index!(orders(id), name = again, background);
    }
}

mod m0002_nothing {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.name => username, background);
        add_column!(users.c: text, background);
        add_index!(users(b), background(5));
        add_index!(users(a), backgruond);
        create_table!(fresh { id: bigint primary_key, a: text });
        add_index!(fresh(a), background);
    }
}

mod m0001_baseline {
    changeover::migration! {
        baseline;
        create_table!(users { id: bigint identity primary_key, name: text not_null });
        create_view!(names, "select name from users");
        add_index!(users(name), background);
    }
}

fn main() {}
