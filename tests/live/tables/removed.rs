//! Rows that go: none is lost on its way into another table, and what keeps one is named.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use changeover::{ErrorKind, Migrations};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, connect, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(orders {
            id: bigint identity primary_key,
            total: bigint not_null,
            closed: boolean not_null,
        });
        create_table!(archive { id: bigint primary_key, total: bigint not_null, closed: boolean not_null });
        create_table!(lines {
            id: bigint identity primary_key,
            order_id: bigint references(orders.id),
            index(order_id),
        });
    }
}

mod m0002_move {
    changeover::migration! {
        after super::m0001_base;
        move_rows!(orders => archive, where = "closed");
    }
}

mod m0002_append {
    changeover::migration! {
        after super::m0001_base;
        move_rows!(orders => archive, where = "closed", append);
    }
}

mod m0002_delete {
    changeover::migration! {
        after super::m0001_base;
        delete_rows!(orders, where = "orders.closed");
    }
}

mod m0003_delete {
    changeover::migration! {
        after super::m0002_delete;
        contract!(m0002_delete);
    }
}

changeover::migrations! { static MOVED = [m0001_base, m0002_move]; }
changeover::migrations! { static APPENDED = [m0001_base, m0002_append]; }
changeover::migrations! { static DELETED = [m0001_base, m0002_delete, m0003_delete]; }

const ROWS: &str =
    "select count(*) from (select id from orders union all select id from archive) r";

async fn seeded(name: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    let Some(base) = MOVED.until("m0001_base") else { fail!("it has no base") };
    fixture.runner(&base).await?.migrate().await?;
    let seed =
        "insert into orders (total, closed) select 0, n % 4 > 0 from generate_series(1, 4000) n";
    fixture.db.batch_execute(seed).await?;
    Ok(fixture)
}

/// Runs what has to fail, and returns what it says.
async fn refused(
    fixture: &Fixture,
    history: &Migrations,
    kind: ErrorKind,
) -> Result<String, Failure> {
    match fixture.runner(history).await?.contract().await {
        Ok(_) => fail!("nothing stopped it"),
        Err(error) if error.kind() == kind => Ok(error.to_string()),
        Err(error) => fail!("not {kind:?}: {error}"),
    }
}

/// Adds to totals of orders until it is told to stop; counts what was added.
async fn write(url: String, added: Arc<AtomicU64>, stop: Arc<AtomicBool>) -> Result<(), Failure> {
    let client = connect(&url, "writer").await?;
    while !stop.load(Ordering::Relaxed) {
        let id = fastrand::i64(1..=4000);
        let rows =
            client.execute("update orders set total = total + 1 where id = $1", &[&id]).await?;
        added.fetch_add(rows, Ordering::Relaxed);
    }
    Ok(())
}

#[test]
fn what_clients_write_moves_along_and_comes_back() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("moved").await?;
        let (added, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let writers: Vec<_> = (0..4)
            .map(|_| tokio::spawn(write(fixture.url().to_owned(), added.clone(), stop.clone())))
            .collect();
        for _ in 0..3 {
            fixture.runner(&MOVED).await?.migrate().await?;
            if fixture.count("select count(*) from orders where closed").await? != 0 {
                fail!("closed orders are left");
            }
            fixture.runner(&MOVED).await?.undo("m0002_move").await?;
            if fixture.count("select count(*) from archive").await? != 0 {
                fail!("orders did not come back");
            }
        }
        stop.store(true, Ordering::Relaxed);
        for writer in writers {
            writer.await.map_err(|error| Failure::new(error.to_string()))??;
        }
        let total = fixture.count("select sum(total)::bigint from orders").await?;
        let added = added.load(Ordering::Relaxed);
        if added == 0 || total.unsigned_abs() != added || fixture.count(ROWS).await? != 4000 {
            fail!("{added} was added, {total} is there");
        }
        Ok(())
    })
}

#[test]
fn rows_that_do_not_fit_stay_where_they_are() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("moved_unfit").await?;
        fixture.db.batch_execute("alter table orders add column note varchar(9)").await?;
        let said = refused(&fixture, &MOVED, ErrorKind::Unmovable).await?;
        if !said.contains("it has no column note: character varying(9)") {
            fail!("it does not say what is missing: {said}");
        }
        let keep = "alter table archive add column note integer;
            create function keep() returns trigger language plpgsql as
            'begin if new.id = 17 then return null; end if; return new; end';
            create trigger kept before insert on archive for each row execute function keep()";
        fixture.db.batch_execute(keep).await?;
        let said = refused(&fixture, &MOVED, ErrorKind::Unmovable).await?;
        if !said.contains("its column note is integer, not character varying(9)") {
            fail!("it does not say what does not fit: {said}");
        }
        fixture.db.batch_execute("alter table archive alter note type varchar").await?;
        let said = refused(&fixture, &MOVED, ErrorKind::Unmovable).await?;
        if !said.contains("has not taken 1 rows") || fixture.count(ROWS).await? != 4000 {
            fail!("a row is lost: {said}");
        }
        fixture.db.batch_execute("drop trigger kept on archive").await?;
        fixture.runner(&MOVED).await?.migrate().await?;
        if fixture.count("select count(*) from archive").await? != 3000 {
            fail!("it did not go on");
        }
        Ok(())
    })
}

#[test]
fn an_undo_does_not_bring_back_what_was_there_before() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("moved_before").await?;
        fixture.db.batch_execute("insert into archive values (-1, 0, true)").await?;
        let said = refused(&fixture, &MOVED, ErrorKind::Violation).await?;
        if !said.contains("id = -1") || !said.contains("`append`") {
            fail!("it does not name the row: {said}");
        }
        let fixture = seeded("moved_onto").await?;
        fixture.db.batch_execute("insert into archive values (-1, 0, true)").await?;
        fixture.runner(&APPENDED).await?.migrate().await?;
        fixture.runner(&APPENDED).await?.undo("m0002_append").await?;
        if fixture.count("select count(*) from archive").await? != 3001 {
            fail!("the undo moved rows that it cannot tell apart");
        }
        Ok(())
    })
}

#[test]
fn a_row_that_cannot_go_is_named_and_the_rest_goes_on() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("deleted").await?;
        fixture.db.batch_execute("insert into lines (order_id) values (2222)").await?;
        let said = refused(&fixture, &DELETED, ErrorKind::Conversion).await?;
        if !said.contains("id = 2222") {
            fail!("it does not name the row: {said}");
        }
        let keep = "delete from lines;
            create function keep() returns trigger language plpgsql as
            'begin if old.id = 17 then return null; end if; return old; end';
            create trigger kept before delete on orders for each row execute function keep()";
        fixture.db.batch_execute(keep).await?;
        let said = refused(&fixture, &DELETED, ErrorKind::Unfilled).await?;
        if !said.contains("id = 17") || fixture.count(ROWS).await? != 1001 {
            fail!("it does not name the row that is kept: {said}");
        }
        fixture.db.batch_execute("drop trigger kept on orders").await?;
        fixture.runner(&DELETED).await?.contract().await?;
        if fixture.count(ROWS).await? != 1000 {
            fail!("it did not go on");
        }
        Ok(())
    })
}
