//! Primary keys of tables that have one, that have no such column, or no such name to give.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, email: text });
        create_table!(events { id: bigint, at: timestamptz not_null });
        create_table!(events_pkey { id: bigint });
        create_table!(notes { id: bigint });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_primary_key!(users(email));
        add_primary_key!(events(id));
        add_primary_key!(notes(idd));
        add_primary_key!(event(id));
        add_primary_key!(events_pkey(id), nam = events_key);
    }
}

fn main() {}
