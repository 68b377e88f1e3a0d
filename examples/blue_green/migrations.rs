//! The schema of a shop, and the change that is released while two databases replicate.

mod m0001_create_shop {
    changeover::migration! {
        create_table!(accounts {
            id: bigint identity primary_key,
            username: text not_null,
            version: bigint not_null default 0,
        });
        create_table!(orders {
            id: bigint identity primary_key,
            token: text not_null unique,
            account: bigint not_null references(accounts.id),
            index(account),
        });
        create_table!(visits { account: bigint not_null, at: timestamptz not_null });
    }
}

/// A table without a key has nothing by which its rows are known elsewhere: replication would refuse
/// each update and delete of it.
mod m0002_identify_visits {
    changeover::migration! {
        after super::m0001_create_shop;
        set_replica_identity!(visits, full);
    }
}

mod m0003_rename_username {
    changeover::migration! {
        after super::m0002_identify_visits;
        rename_column!(accounts.username => display_name);
    }
}

mod m0004_drop_username {
    changeover::migration! {
        after super::m0003_rename_username;
        contract!(m0003_rename_username);
    }
}

changeover::migrations! {
    pub static MIGRATIONS = [
        m0001_create_shop,
        m0002_identify_visits,
        m0003_rename_username,
        m0004_drop_username,
    ];
}
