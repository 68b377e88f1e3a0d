//! Two changes of one object in one migration, which no undo could tell apart.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            email: text,
        });
    }
}

mod m0002_twice {
    changeover::migration! {
        after super::m0001_base;
        set_default!(users.email, "nobody");
        set_comment!(column users.email, "of a person");
        set_default!(users.email, "none");
    }
}

fn main() {}
