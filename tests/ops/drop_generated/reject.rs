//! Columns that are not generated, or have no values of their own.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            shout: text generated("upper(username)", virtual),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        drop_generated!(users.username);
        drop_generated!(users.shuot);
        drop_generated!(users.shout);
    }
}

fn main() {}
