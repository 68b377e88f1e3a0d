//! Names that are not there, that are taken, and that another change still needs.

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key, name: text });
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            customer_id: bigint references(customers.id),
        });
        create_table!(billing.customers { id: bigint, primary_key(id, name = users_pkey) });
        create_table!(orders { id: bigint, legacy: text });
    }
}

mod m0002_pending {
    changeover::migration! {
        after super::m0001_base;
        drop_column!(orders.legacy);
    }
}

mod m0003_change {
    changeover::migration! {
        after super::m0002_pending;
        rename_table!(user => accounts);
        rename_table!(users => customers);
        rename_table!(users => users);
        rename_table!(users => users_pkey);
        rename_table!(users => billing.users);
        rename_table!(orders => purchases);
        rename_table!(users, accounts);
    }
}

mod m0003_order {
    changeover::migration! {
        after super::m0002_pending;
        add_index!(users(username));
        rename_table!(users => accounts);
        add_index!(accounts(customer_id));
    }
}

mod m0003_renamed {
    changeover::migration! {
        after super::m0002_pending;
        rename_table!(users => accounts);
    }
}

mod m0004_early {
    changeover::migration! {
        after super::m0003_renamed;
        add_column!(users.plan: text);
        drop_column!(accounts.username, fill = "''");
        create_table!(users { id: bigint });
    }
}

fn main() {}
