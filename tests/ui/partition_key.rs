//! The column that tells which partition a row is in stays as it is; what only looks across changes.

mod m0001_base {
    changeover::migration! {
        create_table!(unlogged drafts { id: bigint primary_key });
        create_table!(events { id: bigint not_null, at: date not_null, region: text, partition_by(range(at, sql("lower(region)"))) });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(events.at => day);
        drop_column!(events.region);
        drop_column!(events.id, fill = "0");
    }
}

mod m0002_unlogged {
    changeover::migration! {
        after super::m0001_base;
        create_table!(notes { id: bigint primary_key, draft_id: bigint references(drafts.id), index(draft_id) });
        add_column!(events.draft_id: bigint references(drafts.id), direct(max_rows = 100, reason = "few"));
    }
}

fn main() {}
