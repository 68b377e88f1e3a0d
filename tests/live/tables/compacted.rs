//! A table gives back the room of rows that are gone; a client loses nothing; what would fire is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use changeover::ErrorKind;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, connect, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            total: bigint not_null,
            note: text,
            index(total),
        });
        create_table!(lines {
            id: bigint identity primary_key,
            order_id: bigint references(orders.id),
            index(order_id),
        });
    }
}

mod m0002_compact {
    changeover::migration! {
        after super::m0001_base;
        compact_table!(orders);
    }
}

mod m0002_reindex {
    changeover::migration! {
        after super::m0001_base;
        reindex_table!(orders);
    }
}

changeover::migrations! { static COMPACTED = [m0001_base, m0002_compact]; }
changeover::migrations! { static REINDEXED = [m0001_base, m0002_reindex]; }

const PAGES: &str = "select pg_relation_size('orders') / 8192";
const INDEXES: &str = "select pg_indexes_size('orders') / 8192";
const SUMS: &str = "select count(*) * 1000000 + sum(total - id)::bigint from orders";

/// Some 1,700 pages, of which a fifth is needed: a row in each page is referred to, and some are wide.
async fn seeded(name: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    let Some(base) = COMPACTED.until("m0001_base") else { fail!("it has no base") };
    fixture.runner(&base).await?.migrate().await?;
    let seed = "alter table orders set (autovacuum_enabled = off);
        insert into orders (total, note) select n, case when n % 500 = 0 then
            (select string_agg(md5(n::text || i), '') from generate_series(1, 200) i)
            else repeat('x', 600) end from generate_series(1, 20000) n;
        insert into lines (order_id) select id from orders where id % 10 = 0;
        delete from orders where id % 5 > 0";
    fixture.db.batch_execute(seed).await?;
    Ok(fixture)
}

/// Raises totals of some rows and takes as much away, until it is told to stop.
async fn write(url: String, stop: Arc<AtomicBool>) -> Result<u64, Failure> {
    let client = connect(&url, "writer").await?;
    let (mut lost, mut writes) = (0, 0_u64);
    while !stop.load(Ordering::Relaxed) {
        let id = fastrand::i64(1..=200) * 5;
        let change = "update orders set total = total + $2 where id = $1";
        for by in [7_i64, -7] {
            lost += 1 - client.execute(change, &[&id, &by]).await?;
            writes += 1;
        }
    }
    if lost > 0 || writes == 0 {
        fail!("{lost} of {writes} writes found no row");
    }
    Ok(writes)
}

#[test]
fn rows_stay_as_they_are_while_a_client_writes_and_they_move() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("compacted").await?;
        let file = "select pg_relation_filenode('orders')::bigint";
        let indexes = fixture.count(INDEXES).await?;
        let (sums, before) = (fixture.count(SUMS).await?, fixture.count(file).await?);
        let stop = Arc::new(AtomicBool::new(false));
        let writer = tokio::spawn(write(fixture.url().to_owned(), stop.clone()));
        fixture.runner(&COMPACTED).await?.migrate().await?;
        stop.store(true, Ordering::Relaxed);
        writer.await.map_err(|error| Failure::new(error.to_string()))??;
        // How much of so small a table is cut off hangs on where the client's rows went meanwhile.
        if fixture.count(INDEXES).await? * 2 > indexes {
            fail!("{indexes} pages of indexes became {}", fixture.count(INDEXES).await?);
        }
        if fixture.count(SUMS).await? != sums || fixture.count(file).await? != before {
            fail!("rows are not as they were, or it was written as a whole");
        }
        Ok(())
    })
}

#[test]
fn what_would_fire_is_refused_before_a_row_moves() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("compacted_triggers").await?;
        let pages = fixture.count(PAGES).await?;
        let trigger = "create function stamp() returns trigger language plpgsql as
            'begin new.note := now(); return new; end';
            create trigger stamped before update on orders for each row execute function stamp()";
        fixture.db.batch_execute(trigger).await?;
        let Err(error) = fixture.runner(&COMPACTED).await?.migrate().await else {
            fail!("every note is lost")
        };
        let said = error.to_string();
        if error.kind() != ErrorKind::Preflight
            || !said.contains("trigger stamped on public.orders fires")
        {
            fail!("it is not refused for the trigger: {said}");
        }
        let harmless = "drop trigger stamped on orders;
            create trigger stamped before update on orders for each row
            when (old.* is distinct from new.*) execute function stamp();
            create trigger noted before update of note on orders for each row execute function stamp()";
        fixture.db.batch_execute(harmless).await?;
        fixture.runner(&COMPACTED).await?.migrate().await?;
        let stamped = "select count(*) from orders where note like '20%:%'";
        if fixture.count(stamped).await? != 0 || fixture.count(PAGES).await? * 2 > pages {
            fail!("a trigger fired, or nothing was given back");
        }
        Ok(())
    })
}

#[test]
fn a_table_that_is_compact_is_left_as_it_is() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("compacted_full").await?;
        let again = "vacuum orders; \
            insert into orders (total, note) select n, repeat('x', 600) from generate_series(1, 16000) n; \
            vacuum orders";
        for statement in again.split(';') {
            fixture.db.batch_execute(statement).await?;
        }
        let places = "select sum(hashtid(ctid))::bigint from orders";
        let before = (fixture.count(PAGES).await?, fixture.count(places).await?);
        fixture.runner(&COMPACTED).await?.migrate().await?;
        if (fixture.count(PAGES).await?, fixture.count(places).await?) != before {
            fail!("rows have moved for nothing");
        }
        Ok(())
    })
}

#[test]
fn what_an_interrupted_rebuild_left_is_dropped() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("reindexed").await?;
        let half = "create index orders_total_idx_ccnew on orders (total)";
        fixture.db.batch_execute(half).await?;
        let invalid = "update pg_index set indisvalid = false where indexrelid = 'orders_total_idx_ccnew'::regclass";
        fixture.db.batch_execute(invalid).await?;
        let indexes = fixture.count(INDEXES).await?;
        fixture.runner(&REINDEXED).await?.migrate().await?;
        let left = "select count(*) from pg_class where relname like '%cc%'";
        if fixture.count(left).await? != 0 || fixture.count(INDEXES).await? * 2 > indexes {
            fail!("a half is left, or nothing was given back");
        }
        Ok(())
    })
}
