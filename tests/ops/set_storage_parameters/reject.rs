//! Parameters that are not there, values that they do not take, and a table without rows.

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint primary_key, with(fillfactor = 200, user_catalog_table = true, parallel_workers = default) });
        create_table!(events { id: bigint primary_key, partition_by(hash(id)), with(fillfactor = 70) });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        set_storage_parameters!(user, fillfactor = 70);
        set_storage_parameters!(users);
        set_storage_parameters!(users, filfactor = 70, toast.fillfactor = 70);
        set_storage_parameters!(users, autovacuum_enabled = 1, autovacuum_vacuum_scale_factor = 101);
        set_storage_parameters!(users, vacuum_index_cleanup = "of");
        set_storage_parameters!(users, fillfactor = 70, fillfactor = 80);
        set_storage_parameters!(events, fillfactor = 70);
    }
}

fn main() {}
