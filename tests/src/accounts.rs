//! The history of a service, whose own binary has the command line.

mod m0001_create_users {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            name: text not_null,
            plan: text not_null default "free",
        });
    }
}

mod m0002_add_nick {
    changeover::migration! {
        after super::m0001_create_users;
        add_column!(users.nick: text);
    }
}

changeover::migrations! {
    /// Every schema change of the service.
    pub static MIGRATIONS = [m0001_create_users, m0002_add_nick];
}
