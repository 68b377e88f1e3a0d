//! Switches of what has none; the contract before the switch is another test's.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
        });
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => display_name);
    }
}

mod m0003_switch {
    changeover::migration! {
        after super::m0002_rename;
        switch!(m0002_rename);
        switch!(m0001_base);
        switch!(m0003_switch);
        switch!(m0002_rename, m0001_base);
    }
}

fn main() {}
