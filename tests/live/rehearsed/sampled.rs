//! A backfill that is stopped for a sample says how long all of it takes.

use std::time::Duration;

use changeover_tests::{Failure, block_on, fail};

use super::{brief, database, expect_clean};

mod m0001_events {
    changeover::migration! {
        create_table!(events { id: bigint identity primary_key, kind: text not_null });
    }
}

mod m0002_length {
    changeover::migration! {
        after super::m0001_events;
        add_column!(events.length: int);
        backfill!(events.length = "length(kind)");
    }
}

mod m0003_index {
    changeover::migration! {
        after super::m0002_length;
        add_index!(events(kind));
    }
}

changeover::migrations! {
    static MIGRATIONS = [m0001_events, m0002_length, m0003_index];
}

const ROWS: u64 = 300_000;

#[test]
fn a_sample_is_extrapolated_and_taken_back() -> Result<(), Failure> {
    block_on(async {
        let database = database("rehearsed_sample").await?;
        let seed =
            format!("insert into events (kind) select 'k' || n from generate_series(1, {ROWS}) n");
        let sample = Duration::from_millis(700);
        let rehearsal = brief(&MIGRATIONS).seed(seed).sample(sample).run(database.url()).await?;
        expect_clean(&rehearsal)?;
        let Some(found) = rehearsal.steps.iter().find_map(|step| step.extrapolated) else {
            fail!("nothing was extrapolated: {rehearsal}")
        };
        let rows = (ROWS * 8 / 10)..(ROWS * 12 / 10);
        if found.ran < sample || found.whole <= found.ran || !rows.contains(&found.rows) {
            fail!("{found:?}");
        }
        if !rehearsal.left_out.iter().any(|one| one.contains("m0003_index")) {
            fail!("nobody says what was not rehearsed: {rehearsal}");
        }
        let db = database.connect().await?;
        let asked = "select count(*) from pg_attribute where attname = 'length' \
            and attrelid = 'events'::regclass";
        let left: i64 = db.query_one(asked, &[]).await?.get(0);
        if left != 0 {
            fail!("the column is still there");
        }
        Ok(())
    })
}
