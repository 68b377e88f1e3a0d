//! One database against another, at rest.

use std::sync::{Arc, Mutex};

use changeover::{ErrorKind, Interrupt, Verification, Verify};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, connect, fail};

use super::history::HISTORY;

const SCHEMA: &str = "
    create type mood as enum ('sad', 'happy', 'ecstatic');
    create table numbers (id bigint primary key, value text, at timestamptz, amount numeric, bytes bytea);
    create table texts (code text, n integer, value double precision, primary key (code, n));
    create table uuids (id uuid primary key, value interval, flag boolean);
    create table moods (id mood primary key, value text[]);
    create table keyless (value text);
    create table identified (a integer not null, b date not null, value jsonb);
    create unique index identified_key on identified (b, a);
    alter table identified replica identity using index identified_key;
    create table parts (id bigint primary key, value text) partition by range (id);
    create table parts_low partition of parts for values from (0) to (500);
    create table parts_high partition of parts default";

const SEED: &str = "
    insert into numbers select n, 'v' || n, timestamptz '2026-01-01' + n * interval '1 h', n / 7.0,
        decode(lpad(to_hex(n), 8, '0'), 'hex') from generate_series(1, 3000) n;
    insert into texts select chr(64 + n % 58) || 'x', n, n / 3.0 from generate_series(1, 2000) n;
    insert into uuids select md5(n::text)::uuid, n * interval '1 min', n % 2 = 0 from generate_series(1, 2000) n;
    insert into moods values ('sad', '{a}'), ('happy', null), ('ecstatic', '{}');
    insert into keyless select 'v' || n from generate_series(1, 100) n;
    insert into identified select n, date '2026-01-01' + n % 5, '{\"a\": 1}' from generate_series(1, 300) n;
    insert into parts select n, 'v' || n from generate_series(1, 1000) n";

async fn pair(name: &str) -> Result<(Fixture, Fixture), Failure> {
    let here = Fixture::new(&format!("{name}_here")).await?;
    let there = Fixture::new(&format!("{name}_there")).await?;
    for fixture in [&here, &there] {
        fixture.db.batch_execute(&format!("{SCHEMA}; {SEED}")).await?;
    }
    // What a server writes otherwise by its settings, and in another order.
    let odd = "alter database $name set datestyle = 'german';
        alter database $name set timezone = 'Asia/Tokyo';
        alter database $name set bytea_output = 'escape';
        alter database $name set intervalstyle = 'iso_8601'";
    let name: String = there.db.query_one("select current_database()", &[]).await?.get(0);
    there.db.batch_execute(&odd.replace("$name", &name)).await?;
    Ok((here, there))
}

async fn verify(here: &Fixture, there: &Fixture, how: &Verify) -> Result<Verification, Failure> {
    let mut other = connect(there.url(), "there").await?;
    Ok(here.runner(&HISTORY).await?.verify_against(&mut other, how).await?)
}

#[test]
fn rows_that_differ_are_named_and_others_are_not() -> Result<(), Failure> {
    block_on(async {
        let (here, there) = pair("against_rows").await?;
        let clean = verify(&here, &there, &Verify::default()).await?;
        if !clean.agrees() || clean.verified.len() != 7 || clean.rows() != 8403 {
            fail!("{clean}");
        }
        let planted = "
            update numbers set value = 'x', amount = 1 where id = 7;
            delete from numbers where id = 3000;
            insert into numbers values (0, 'v'), (5000, 'v');
            update texts set value = 'nan' where n = 44;
            delete from uuids where id = md5('77')::uuid;
            update moods set value = '{NULL}' where id = 'happy';
            update keyless set value = 'x' where value = 'v9';
            update identified set value = 'null' where a = 12;
            update parts set value = null where id in (3, 700);
            alter table parts add column late integer;
            create table fresh (id bigint primary key)";
        there.db.batch_execute(planted).await?;
        here.db
            .batch_execute("create table old (id bigint primary key); insert into old values (1)")
            .await?;
        let found = verify(&here, &there, &Verify::default()).await?;
        let said = found.to_string();
        for part in [
            "public.numbers: 3000 rows, 4 that differ",
            "\n  id = 7: another value of `amount`, `value`",
            "\n  id = 3000: missing there",
            "\n  id = 0: too many there",
            "\n  id = 5000: too many there",
            "\n  code = lx, n = 44: another value of `value`",
            "\n  id = happy: another value of `value`",
            "public.keyless: 100 rows, 1 that differ",
            "cannot be named",
            "\n  b = 2026-01-03, a = 12: another value of `value`",
            "\n  id = 3: another value of `value`",
            "\n  id = 700: another value of `value`",
            "`late` there alone",
            "differs: public.old: the database here alone has it",
            "differs: public.fresh: the database there alone has it",
        ] {
            if !said.contains(part) {
                fail!("{part:?} is not said: {said}");
            }
        }
        if said.matches("missing there").count() != 2
            || said.contains("`x`")
            || found.differing() != 11
        {
            fail!("{} differ: {said}", found.differing());
        }
        let shown = Verify::default().table("numbers").with_values().shown(2);
        let found = verify(&here, &there, &shown).await?.to_string();
        if !found.contains("`value` is `v7` here and `x` there") || !found.contains("and 2 more") {
            fail!("{found}");
        }
        let none = verify(&here, &there, &Verify::default().table("nowhere")).await?;
        if none.agrees() {
            fail!("a table that is nowhere agrees: {none}");
        }
        Ok(())
    })
}

#[test]
fn it_goes_on_where_it_was() -> Result<(), Failure> {
    block_on(async {
        let (here, there) = pair("against_resumed").await?;
        there.db.batch_execute("update texts set value = 1 where n in (1, 1999)").await?;
        let (mut kept, mut runs) = (None::<String>, 0);
        let found = loop {
            let interrupt = Interrupt::default();
            let (last, raised) = (Arc::new(Mutex::new(None)), interrupt.clone());
            let seen = last.clone();
            let mut how = Verify::default().watch(move |now| {
                if seen.lock().expect("no panic").replace(now.position.to_owned()).is_some() {
                    raised.raise();
                }
            });
            if let Some(position) = kept.take() {
                how = how.from(position);
            }
            let mut other = connect(there.url(), "there").await?;
            let builder = Fixture::builder(&HISTORY).interrupt(&interrupt);
            runs += 1;
            match builder.connect(here.url()).await?.verify_against(&mut other, &how).await {
                Ok(found) => break found,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
            kept = last.lock().expect("no panic").take();
        };
        if runs < 3 || found.rows() != 8403 || found.differing() != 2 {
            fail!("{runs} runs: {found}");
        }
        Ok(())
    })
}
