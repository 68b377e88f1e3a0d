//! Rights that nobody has given.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, name: text });
        grant!(select, insert(name) on users to app);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        revoke!(insert on users from app);
        revoke!(select on users from reader);
        revoke!(select on user from app);
        revoke!(select on users to app);
    }
}

fn main() {}
