//! Indexes of every form, on a table with rows and on one that is new.

use crate::{Client, Scenario};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            note: text,
            tags: text[] not_null default "{}",
            spot: sql("point"),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_index!(users(username), unique);
        add_index!(users(note desc, username), where = "note is not null");
        add_index!(users(username collate("C") text_pattern_ops desc nulls_last, sql("lower(note)") nulls_first), include(id), with(fillfactor = 70, deduplicate_items = false), tablespace = pg_default);
        add_index!(users(tags), using = gin, with(fastupdate = false, gin_pending_list_limit = 128));
        add_index!(users(spot point_ops), using = gist, include(note), with(buffering = "on"));
        add_index!(users(spot kd_point_ops), using = spgist, name = users_spot_kd_idx);
        add_index!(users(note), using = hash, where = "note <> ''", name = users_note_hash_idx);
        add_index!(users(id int8_bloom_ops(false_positive_rate = 0.05), username), using = brin, with(pages_per_range = 32, autosummarize = true));
        create_table!(visits { id: bigint identity primary_key, at: timestamptz, index((at desc nulls_last), with(fillfactor = 90)) });
        add_index!(visits(at), unique, name = visits_at_key);
    }
}

changeover::migrations! {
    pub static HISTORY = [m0001_base, m0002_change];
}

pub fn scenario() -> Scenario {
    Scenario::new(&HISTORY, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 5000) n")
        .old_build(
            Client::of("users")
                .writes("username")
                .unrelated("update users set note = 'n' where id = $1"),
        )
}
