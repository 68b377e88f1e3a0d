//! Keys that take their numbers from a sequence of their own, as `serial` made them, and outgrow
//! their type: under traffic, there and back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use changeover::ErrorKind;
use changeover::migration::Migrations;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Client, Failure, Scenario, block_on, fail};

mod m0001_tables {
    changeover::migration! {
        create_sequence!(users_id_seq, as = integer);
        create_table!(
            users {
                id: integer primary_key default sql("nextval('users_id_seq'::regclass)"),
                number: bigint not_null unique,
                name: text,
            },
            allow(narrow_key, reason = "to be widened")
        );
        change_sequence!(users_id_seq, owned_by = users.id);
        create_table!(badges {
            number: bigint primary_key,
            user_id: integer references(users.id, on_delete = cascade),
            index(user_id),
        });
        create_sequence!(codes_id_seq, as = smallint);
        create_sequence!(shared, max_value = 5000, increment = 2);
        create_table!(
            codes {
                id: smallint primary_key default sql("nextval('codes_id_seq')"),
                other: integer not_null default sql("nextval('shared')"),
                wide: integer identity,
            },
            allow(narrow_key, reason = "to be widened")
        );
    }
}

mod m0002_widen {
    changeover::migration! {
        after super::m0001_tables;
        change_type!(users.id: bigint, with(badges.user_id));
        change_type!(codes.id: integer);
        change_type!(codes.other: bigint);
        change_type!(codes.wide: bigint);
    }
}

mod m0003_switch {
    changeover::migration! {
        after super::m0002_widen;
        switch!(m0002_widen);
    }
}

mod m0004_contract {
    changeover::migration! {
        after super::m0003_switch;
        contract!(m0002_widen);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_tables, m0002_widen, m0003_switch, m0004_contract];
}

/// No build names the key: each takes what the sequence gives.
#[test]
fn a_serial_key_grows_under_traffic() -> Result<(), Failure> {
    let client = || {
        Client::of("users")
            .key("number")
            .writes("name")
            .insert("insert into users (number, name) values ($1, $2) returning id::text")
            .upsert(
                "insert into users (number, name) values ($1, $2)
                 on conflict (number) do update set name = excluded.name returning id::text",
            )
            .unrelated(
                "with given as (
                    insert into badges (number, user_id) select number, id from users
                    where number = $1 on conflict (number) do nothing)
                 update users set number = number where number = $1",
            )
    };
    let scenario = Scenario::new(&HISTORY, "m0002_widen")
        .seed(
            "insert into users (number, name) select n, 'u' || n from generate_series(1, 3000) n;
             insert into badges select number, id from users where number < 500;
             insert into codes select from generate_series(1, 100)",
        )
        .old_build(client())
        .new_build(client())
        .equal(
            "select count(*) from users u, jsonb_each(to_jsonb(u)) c
             where c.key like 'users_id_new_%' and c.value is distinct from to_jsonb(u.id)",
        );
    crate::live(&scenario, "serial_keys")
}

fn until(id: &str) -> Result<Migrations, Failure> {
    match HISTORY.until(id) {
        Some(history) => Ok(history),
        None => fail!("no migration {id}"),
    }
}

const SEQUENCES: &str = "select string_agg(concat_ws(' ', seqrelid::regclass, seqtypid::regtype,
        seqmax, (select a.attname from pg_depend d join pg_attribute a on a.attrelid = d.refobjid
            and a.attnum = d.refobjsubid where d.objid = seqrelid and d.deptype in ('a', 'i'))),
    ', ' order by seqrelid::regclass::text) from pg_sequence
    join pg_class c on c.oid = seqrelid where relnamespace = 'public'::regnamespace";

async fn sequences(fixture: &Fixture, expected: &str) -> Result<(), Failure> {
    let found: String = fixture.db.query_one(SEQUENCES, &[]).await?.get(0);
    if found != expected {
        fail!("{found}\nnot {expected}");
    }
    Ok(())
}

const NARROW: &str = "codes_id_seq smallint 32767, codes_wide_seq integer 2147483647 wide, \
    shared bigint 5000, users_id_seq integer 2147483647 id";

const WIDE: &str = "codes_id_seq integer 2147483647, codes_wide_seq bigint 9223372036854775807 wide, \
    shared bigint 5000, users_id_seq bigint 9223372036854775807 id";

#[test]
fn the_sequence_grows_at_the_switch_and_goes_back() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("serial_keys_by_hand").await?;
        fixture.runner(&until("m0001_tables")?).await?.migrate().await?;
        let (db, switch) = (&fixture.db, until("m0003_switch")?);
        db.batch_execute("insert into users (number) values (1), (2), (3)").await?;
        db.batch_execute("insert into codes default values").await?;
        let before = fixture.catalog().await?;
        sequences(&fixture, NARROW).await?;

        fixture.runner(&until("m0002_widen")?).await?.migrate().await?;
        sequences(&fixture, NARROW).await?;
        let mut runner = fixture.runner(&switch).await?;
        runner.contract().await?;
        sequences(&fixture, WIDE).await?;
        let next: i64 =
            db.query_one("insert into users (number) values (4) returning id", &[]).await?.get(0);
        if next != 4 {
            fail!("the numbers went on with {next}");
        }

        // A number that the old type has no room for, given out or written.
        let switched = fixture.catalog().await?;
        for (past, back) in [
            ("select setval('users_id_seq', 3000000000)", "select setval('users_id_seq', 4)"),
            ("select setval('codes_id_seq', 40000)", "select setval('codes_id_seq', 1)"),
            ("select setval('codes_wide_seq', 3000000000)", "select setval('codes_wide_seq', 1)"),
            (
                "insert into users (id, number) values (3000000000, 9)",
                "delete from users where number = 9",
            ),
        ] {
            db.batch_execute(past).await?;
            match runner.undo("m0003_switch").await {
                Err(error) if error.kind() == ErrorKind::Violation => {}
                Err(error) => fail!("another error after `{past}`: {error}"),
                Ok(_) => fail!("not refused after `{past}`"),
            }
            if fixture.catalog().await? != switched {
                fail!("something was undone before `{past}` refused it");
            }
            db.batch_execute(back).await?;
        }
        runner.undo("m0003_switch").await?;
        sequences(&fixture, NARROW).await?;
        db.batch_execute("insert into users (number) values (5)").await?;
        runner.undo("m0002_widen").await?;
        if fixture.catalog().await? != before {
            fail!("the undo left another schema");
        }
        let mut last = fixture.runner(&HISTORY).await?;
        last.contract().await?;
        sequences(&fixture, WIDE).await?;
        db.batch_execute(
            "select setval('users_id_seq', 2147483647); insert into users (number) values (6)",
        )
        .await?;
        fixture.expect_model(&HISTORY).await
    })
}

/// Asks for its number before it locks the table, as object mappers do, until it is told to leave.
async fn number_first(url: String, stop: Arc<AtomicBool>) -> Result<u64, Failure> {
    let client = changeover_tests::connect(&url, "mapper").await?;
    let mut written = 0;
    while !stop.load(Ordering::Relaxed) {
        client
            .batch_execute(
                "begin; select nextval('users_id_seq');
                 insert into users (id, number) values (currval('users_id_seq'), currval('users_id_seq'));
                 commit",
            )
            .await?;
        written += 1;
    }
    Ok(written)
}

#[test]
fn clients_that_take_their_number_first_hold_nothing_up() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("serial_keys_mapper").await?;
        fixture.runner(&until("m0001_tables")?).await?.migrate().await?;
        let stop = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..4)
            .map(|_| tokio::spawn(number_first(fixture.url().to_owned(), Arc::clone(&stop))))
            .collect();
        let mut runner = fixture.runner(&until("m0003_switch")?).await?;
        runner.contract().await?;
        runner.undo("m0003_switch").await?;
        fixture.runner(&HISTORY).await?.contract().await?;
        stop.store(true, Ordering::Relaxed);
        for client in clients {
            match client.await {
                Ok(Ok(written)) if written > 0 => {}
                outcome => fail!("a client wrote nothing: {outcome:?}"),
            }
        }
        fixture.expect_model(&HISTORY).await
    })
}
