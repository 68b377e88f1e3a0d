//! What a phase cannot do to a table is found before it begins: children, columns, locks, rows.

use changeover::testing::Server;
use changeover::{Check, Error, ErrorKind, Report, Severity};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, name: text, note: text });
        create_table!(events {
            id: bigint not_null,
            at: int not_null,
            name: text,
            partition_by(range(at)),
            index(name),
        });
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.name => title);
        rename_column!(events.name => title);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_rename];
}

async fn prepared(name: &str) -> Result<(Fixture, String), Failure> {
    let fixture = Fixture::new(name).await?;
    let Some(base) = HISTORY.until("m0001_base") else { fail!("no base") };
    fixture.runner(&base).await?.migrate().await?;
    let catalog = fixture.catalog().await?;
    Ok((fixture, catalog))
}

fn says(outcome: Result<Report, Error>, check: Check, words: &[&str]) -> Result<(), Failure> {
    let error = match outcome {
        Ok(_) => fail!("{check:?} did not stop it"),
        Err(error) if error.kind() == ErrorKind::Preflight => error,
        Err(error) => fail!("another error: {error}"),
    };
    let found = error.report().findings.iter().filter(|found| found.check == check);
    let found: Vec<String> = found.map(ToString::to_string).collect();
    match words.iter().find(|word| !found.iter().any(|text| text.contains(**word))) {
        Some(word) => fail!("`{word}` is missing: {found:?}, {error}"),
        None if found.is_empty() => fail!("{check:?} is not there: {error}"),
        None => Ok(()),
    }
}

/// With each of these by hand, the rename stops before anything is changed.
async fn stops(name: &str, cases: &[(&str, &str, Check, &[&str])]) -> Result<(), Failure> {
    let (fixture, before) = prepared(name).await?;
    for (make, take_away, check, words) in cases {
        fixture.db.batch_execute(make).await?;
        let made = fixture.catalog().await?;
        let outcome = fixture.runner(&HISTORY).await?.migrate().await;
        says(outcome, *check, words).map_err(|failure| failure.during(*make))?;
        if fixture.catalog().await? != made {
            fail!("something was changed before it stopped: {make}");
        }
        fixture.db.batch_execute(take_away).await?;
        if fixture.catalog().await? != before {
            fail!("the test left something behind: {make}");
        }
    }
    fixture.runner(&HISTORY).await?.migrate().await.map(drop).map_err(Into::into)
}

#[test]
fn children_that_are_no_partitions_stop_it() -> Result<(), Failure> {
    block_on(stops(
        "inherited",
        &[(
            "create table admins (level int) inherits (users)",
            "drop table admins",
            Check::Inherited,
            &["public.admins inherits from public.users", "no inherit"],
        )],
    ))
}

const FULL: &str = "do $$ begin for n in 4..1600 loop \
    execute format('alter table users add column c%s int', n); \
    execute format('alter table users drop column c%s', n); end loop; end $$";

#[test]
fn a_table_that_had_all_its_columns_stops_it() -> Result<(), Failure> {
    block_on(async {
        let (fixture, before) = prepared("columns").await?;
        fixture.db.batch_execute(FULL).await?;
        let outcome = fixture.runner(&HISTORY).await?.migrate().await;
        says(outcome, Check::ColumnCount, &["users has had 1600 columns, 1597 of them dropped"])?;
        if fixture.catalog().await? != before {
            fail!("something was changed before it stopped");
        }
        Ok(())
    })
}

#[test]
fn what_counts_on_the_columns_stops_it() -> Result<(), Failure> {
    const HISTORY_TABLE: &str = "create table past (id bigint, name text, note text);";
    let audit = |body: &str| {
        format!(
            "{HISTORY_TABLE} create function keep() returns trigger language plpgsql as \
             $f$ begin {body}; return null; end $f$; create trigger keep after update or delete \
             on users for each row execute function keep()"
        )
    };
    let drop = "drop table past; drop function keep() cascade";
    let words: &[&str] = &["keep()", "users", "Check::RowShape"];
    let bodies = [
        "insert into past select old.*",
        "INSERT INTO past\n  VALUES (OLD.*)",
        "insert into past select (old).*",
        "insert into past values (new.*)",
        "execute 'insert into past select ($1).*' using old",
    ];
    let bodies: Vec<String> = bodies.iter().map(|body| audit(body)).collect();
    let mut cases: Vec<(&str, &str, Check, &[&str])> =
        bodies.iter().map(|make| (make.as_str(), drop, Check::RowShape, words)).collect();
    cases.push((
        "create function all_users() returns setof users language sql \
         as 'select id, name, note from users'",
        "drop function all_users()",
        Check::RowShape,
        &["all_users()"],
    ));
    cases.push((
        "create function all_users() returns setof users language plpgsql \
         as 'begin return query select id, name, note from users; end'",
        "drop function all_users()",
        Check::RowShape,
        &["all_users()"],
    ));
    cases.push((
        "create function made() returns text language sql \
         as 'select (row(1, name, note)::users).name from users'",
        "drop function made()",
        Check::RowShape,
        &["made()"],
    ));
    block_on(stops("row_shape", &cases))
}

#[test]
fn what_only_looks_like_it_is_no_hindrance() -> Result<(), Failure> {
    block_on(async {
        let (fixture, _) = prepared("row_type").await?;
        let harmless = "create table past (row jsonb);
            create function keep() returns trigger language plpgsql as $f$ begin
              if new.* is distinct from old.* then
                insert into past values (to_jsonb(old.*));
                insert into past select to_jsonb(old);
              end if; return null; end $f$;
            create trigger keep after update on users for each row execute function keep();
            create function full_name(users) returns text language sql as 'select $1.name';
            create function everybody() returns setof users language sql as 'select * from users';";
        fixture.db.batch_execute(harmless).await?;
        let report = fixture.runner(&HISTORY).await?.migrate().await?;
        let found = report.findings.iter().filter(|found| found.check == Check::RowType);
        let found: Vec<&str> = found.map(|found| found.what.as_str()).collect();
        let names = ["full_name(", "everybody()"];
        if !names.iter().all(|name| found.iter().any(|what| what.contains(name))) {
            fail!("they are not named: {found:?}");
        }
        if let Some(bad) = report.findings.iter().find(|found| found.severity > Severity::Warn) {
            fail!("found without reason: {bad}");
        }
        Ok(())
    })
}

#[test]
fn more_locks_than_the_server_has_room_for_stop_it() -> Result<(), Failure> {
    block_on(async {
        let mut server = Server::start_own().await?;
        let mut fixture = Fixture::on(&server, "lock_table").await?;
        fixture.db.batch_execute("alter system set max_locks_per_transaction = 10").await?;
        server.crash().await?;
        server.restart().await?;
        fixture.follow(&server).await?;
        let Some(base) = HISTORY.until("m0001_base") else { fail!("no base") };
        fixture.runner(&base).await?.migrate().await?;
        let slots = "select current_setting('max_locks_per_transaction')::bigint \
                     * (current_setting('max_connections')::bigint \
                     + current_setting('max_prepared_transactions')::bigint)";
        let slots = fixture.count(slots).await?;
        // A partition and its index are two locks, and three with the copy of the index.
        let partitions = slots / 3 + 10;
        for from in (0..partitions).step_by(200) {
            let make = format!(
                "do $$ begin for n in {from}..{} loop execute format('create table events_%s \
                 partition of events for values from (%s) to (%s)', n, n, n + 1); end loop; end $$",
                (from + 199).min(partitions)
            );
            fixture.db.batch_execute(&make).await?;
        }
        let outcome = fixture.runner(&HISTORY).await?.migrate().await;
        let room = format!("room for {slots}");
        says(outcome, Check::LockTable, &["events has ", &room, "max_locks_per_transaction"])?;
        let came = "select count(*) from pg_attribute where attname = 'title'";
        if fixture.count(came).await? != 0 {
            fail!("something was changed before it stopped");
        }
        Ok(())
    })
}
