//! A backfill by a Rust function: under writers, killed, and with a row that it cannot take.

use changeover::ErrorKind;
use changeover_tests::fixture::{Fixture, Process};
use changeover_tests::sample::CONVERT_HISTORY;
use changeover_tests::{Client, Failure, block_on, fail};

const ROWS: u32 = 20_000;

const WRONG: &str =
    "select count(*) from users where label is distinct from upper(username) || '/' || note";

async fn expect_none(fixture: &Fixture, query: &str) -> Result<(), Failure> {
    match fixture.count(query).await? {
        0 => Ok(()),
        rows => fail!("{rows} rows: {query}"),
    }
}

/// Whoever changes the name takes the label away: one that was made of the earlier name must not
/// come back. Whoever writes the label itself keeps it.
#[test]
fn what_clients_write_meanwhile_is_never_overwritten() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("convert_traffic", ROWS).await?;
        let Some(base) = CONVERT_HISTORY.until("m0001_base") else { fail!("no base") };
        fixture.runner(&base).await?.migrate().await?;
        fixture.runner(&CONVERT_HISTORY).await?.expand().await?;
        let invalidating = Client::of("users")
            .writes("username")
            .update("update users set username = $2, label = null where id = $1")
            .upsert(
                "insert into users (id, username) values ($1, $2)
                on conflict (id) do update set username = $2, label = null",
            )
            .unrelated("update users set note = note || '.', label = null where id = $1")
            .connections(4);
        let dual = Client::of("users")
            .writes("username")
            .writes_as("label", "upper($2) || '/'")
            .update(
                "update users set username = $2, label = upper($2) || '/' || note where id = $1",
            )
            .upsert(
                "insert into users as u (id, username, label) values ($1, $2, upper($2) || '/')
                on conflict (id) do update set username = $2, label = upper($2) || '/' || u.note",
            )
            .connections(2);
        let traffic = fixture.traffic(&invalidating).await?;
        let mut old = traffic.start("old", &invalidating).await?;
        let mut new = traffic.start("dual", &dual).await?;

        let mut runner = fixture.runner(&CONVERT_HISTORY).await?;
        let run = tokio::spawn(async move { runner.migrate().await });
        fixture.wait_until("select exists (select from users where label like 'U%')").await?;
        old.advance(100).await?;
        new.advance(100).await?;
        if run.is_finished() {
            fail!("the clients came too late: {:?}", run.await);
        }
        old.leave().await?;
        let report = run.await.map_err(|error| Failure::new(error.to_string()))??;
        new.advance(20).await?;
        new.leave().await?;
        expect_none(&fixture, WRONG).await?;
        traffic.verify(&fixture.db, &invalidating).await?;
        eprintln!("{report}slowest client statement: {:?}", traffic.slowest());
        fixture.expect_model(&CONVERT_HISTORY).await
    })
}

#[test]
fn it_goes_on_where_it_was_killed() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("convert_kill", 3 * ROWS).await?;
        for kills in 1..=3 {
            let migrate = env!("CARGO_BIN_EXE_migrate");
            let mut process = Process::start(migrate, fixture.url(), "convert", "migrate")?;
            while process.next_rows().is_some_and(|rows| rows < kills * 10_000) {}
            process.kill()?;
        }
        let filled = fixture.count("select count(*) from users where label is not null").await?;
        if !(30_000..60_000).contains(&filled) {
            fail!("{filled} rows were filled when the last process was killed");
        }
        fixture.runner(&CONVERT_HISTORY).await?.migrate().await?;
        expect_none(&fixture, WRONG).await?;
        let counted = "select rows from changeover.steps where rows > 0";
        match fixture.count(counted).await? {
            60_000 => Ok(()),
            rows => fail!("{rows} rows were counted: some were filled twice"),
        }
    })
}

/// A walk leaves rows that clients change under its hands to the next one. A process that is killed
/// between the two leaves them behind the cursor, with nothing to fill before it.
#[test]
fn what_a_killed_run_left_to_its_next_walk_is_filled() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("convert_behind", 1_000).await?;
        fixture.runner(&CONVERT_HISTORY).await?.migrate().await?;
        let killed = "
            update users set label = null where id <= 5;
            update changeover.migrations set state = 'migrating'
            where id = (select max(id) from changeover.migrations);
            update changeover.steps set state = 'intended', cursor = format('%s %s 64 0 %2$s',
                'users'::regclass::oid,
                pg_relation_size('users') / current_setting('block_size')::int)
            where rows > 0;";
        fixture.db.batch_execute(killed).await?;
        fixture.runner(&CONVERT_HISTORY).await?.migrate().await?;
        expect_none(&fixture, WRONG).await
    })
}

#[test]
fn a_row_that_the_function_cannot_take_is_named() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("convert_cursed", 3_000).await?;
        fixture.db.batch_execute("update users set username = 'cursed' where id = 1234").await?;
        let Err(error) = fixture.runner(&CONVERT_HISTORY).await?.migrate().await else {
            fail!("the function failed, and the run did not")
        };
        let message = error.to_string();
        for part in ["`label` failed", "with id = 1234", "no label fits"] {
            if error.kind() != ErrorKind::Conversion || !message.contains(part) {
                fail!("no `{part}` in: {message}");
            }
        }
        let status = fixture.runner(&CONVERT_HISTORY).await?.status().await?;
        if !status.to_string().contains("1234") {
            fail!("the error is not recorded:\n{status}");
        }
        fixture.db.batch_execute("update users set username = 'ann' where id = 1234").await?;
        fixture.runner(&CONVERT_HISTORY).await?.migrate().await?;
        expect_none(&fixture, WRONG).await
    })
}

#[test]
fn a_value_that_does_not_fit_is_refused_and_not_cut() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("convert_cut", 10).await?;
        fixture.runner(&CONVERT_HISTORY).await?.expand().await?;
        fixture.db.batch_execute("alter table users alter label type varchar(2)").await?;
        match fixture.runner(&CONVERT_HISTORY).await?.migrate().await {
            Err(error)
                if error.kind() == ErrorKind::Conversion
                    && error.to_string().contains("with id = ") =>
            {
                expect_none(&fixture, "select count(label) from users").await
            }
            other => fail!("`U1/` does not fit in two letters: {other:?}"),
        }
    })
}
