//! Indexes that are not there, or in another change's hands.

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null unique,
            email: text,
            index(email),
            index(username, id),
        });
        create_table!(orders { id: bigint, index(id) });
    }
}

mod m0002_pending {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.email => mail);
        drop_index!(users_username_id_idx);
    }
}

mod m0003_change {
    changeover::migration! {
        after super::m0002_pending;
        rebuild_index!(users_emial_idx);
        rebuild_index!(users_email_idx);
        rebuild_index!(users_username_id_idx);
        rebuild_index!(orders);
        rebuild_index!(orders_id_idx, tabel = orders);
    }
}

fn alone() -> changeover::migration::Change { changeover::rebuild_index!(users_email_idx) }

fn main() {}
