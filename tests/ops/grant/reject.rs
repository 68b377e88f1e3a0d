//! Privileges, roles and objects that are not there, or given already.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, name: text });
        create_function!(total(user: bigint) returns bigint, language = sql, body = "select user");
        grant!(select, insert(name) on users to app);
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        grant!(select on user to reader);
        grant!(selct on users to reader);
        grant!(all on users to reader);
        grant!(select(nmae) on users to reader);
        grant!(delete(name) on users to reader);
        grant!(execute on users to reader);
        grant!(execute on function total(text) to reader);
        grant!(select on users from reader);
        grant!(select on users to app);
        grant!(usage on sequence numbers to reader);
    }
}

fn main() {}
