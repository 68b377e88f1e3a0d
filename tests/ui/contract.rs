//! Contracts of what has none, of what does not exist, too early, and twice.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            email: text,
        });
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => display_name);
        contract!(m0002_rename);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_rename;
        contract!(m0001_base);
        contract!(m0002_renam);
        contract!(m0002_rename);
        contract!(m0002_rename);
    }
}

mod m0004_again {
    changeover::migration! {
        after super::m0003_contract;
        contract!(m0002_rename);
    }
}

fn main() {}
