//! A history that needs several things taken back: a switch, a backfill, an index.

mod m0001_users {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            amount: integer not_null default 0,
            note: text not_null default "",
        });
    }
}

mod m0002_amount {
    changeover::migration! {
        after super::m0001_users;
        change_type!(users.amount: bigint);
    }
}

mod m0003_rename {
    changeover::migration! {
        after super::m0002_amount;
        rename_column!(users.username => display_name);
    }
}

mod m0004_index {
    changeover::migration! {
        after super::m0003_rename;
        add_index!(users(display_name));
    }
}

mod m0005_switch {
    changeover::migration! {
        after super::m0004_index;
        add_column!(users.plan: text not_null default "free");
        switch!(m0002_amount);
    }
}

mod m0006_contract {
    changeover::migration! {
        after super::m0005_switch;
        contract!(m0003_rename);
    }
}

mod m0007_contract {
    changeover::migration! {
        after super::m0006_contract;
        add_column!(users.email: text);
        contract!(m0002_amount);
    }
}

changeover::migrations! {
    /// A wider amount under its name, another name, an index, and their contracts.
    pub static SEVERAL_HISTORY = [
        m0001_users, m0002_amount, m0003_rename, m0004_index, m0005_switch, m0006_contract,
        m0007_contract
    ];
}
