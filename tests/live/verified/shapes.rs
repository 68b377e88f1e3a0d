//! Two shapes of one row.

use std::time::Duration;

use changeover::{Changeover, ErrorKind, Limit, Verify};
use changeover_tests::fixture::Fixture;
use changeover_tests::logins::Logins;
use changeover_tests::{Client, Failure, block_on, fail};
use tokio_postgres::NoTls;

use super::history::{build, expect, migrated, plant, until};

const PLANTED: &str = "
    update users set display_name = 'x' where id = 7;
    update users set first = 'x' where id = 8;
    update users set rank = 'zzz' where id = 9;
    update users set rank = null where id = 10;
    update users set nick = null where id = 13;
    update events set remark = 'x' where note = 'n20'";

/// The column that will be `total`, under its name until the switch.
const SHADOW: &str = "select quote_ident(attname) from pg_attribute
    where attrelid = 'users'::regclass and atttypid = 'bigint'::regtype and attname <> 'id'
    and attnum > 0 and not attisdropped";

const RETIRED: &str = "select quote_ident(attname) from pg_attribute
    where attrelid = 'users'::regclass and attname like '%amount%' and atttypid = 'integer'::regtype
    and attnum > 0 and not attisdropped";

async fn name(fixture: &Fixture, sql: &str) -> Result<String, Failure> {
    Ok(fixture.db.query_one(sql, &[]).await?.get(0))
}

/// What builds write that lose something on the way.
pub(super) const LOSSY: &str = "
    update users set rank = 'high' where id = 20;
    update users set first = 'Mary Ann' where id = 21;
    update users set whole = null where id = 22;
    insert into users (username, whole) values ('old', 'one two three');
    insert into users (display_name, rank, nick) values ('new', 'low', null)";

#[test]
fn what_differs_is_named_in_each_kind_of_shapes() -> Result<(), Failure> {
    block_on(async {
        let fixture = migrated("verified_kinds").await?;
        fixture.db.batch_execute(LOSSY).await?;
        let verify = Verify::default();
        let clean = build(&fixture, "m0002_change").await?.verify(&verify).await?;
        expect(&clean, &[])?;
        if !clean.agrees() || clean.verified.len() != 7 || clean.rows() != 6 * 3002 + 500 {
            fail!("not all was verified: {clean}");
        }

        plant(&fixture, PLANTED).await?;
        let shadow = name(&fixture, SHADOW).await?;
        plant(&fixture, &format!("update users set {shadow} = 5 where id in (11, 12)")).await?;
        let found = build(&fixture, "m0002_change").await?.verify(&verify).await?;
        let (events, of_users): (Vec<_>, Vec<_>) =
            found.verified.iter().partition(|one| one.table.contains("events"));
        match events.as_slice() {
            // A table without a key: the row is known by its place.
            [one] if one.differing == 1 && one.samples[0].row.starts_with("ctid (") => {}
            _ => fail!("the row of a partition is not named: {found}"),
        }
        let expected: [(&str, &[&str]); 6] = [
            ("`username`", &["id = 7"]),
            ("`whole`", &["id = 8"]),
            ("`level`", &["id = 10", "id = 9"]),
            ("that will be `total`", &["id = 11", "id = 12"]),
            ("that will be `amount`", &[]),
            ("never got `nick`", &["id = 13"]),
        ];
        let mut users = changeover::Verification::default();
        users.verified = of_users.into_iter().cloned().collect();
        expect(&users, &expected)
    })
}

#[test]
fn after_the_switch_the_retired_column_is_verified() -> Result<(), Failure> {
    block_on(async {
        let fixture = migrated("verified_switched").await?;
        build(&fixture, "m0003_switch").await?.contract().await?;
        let lossy = "
            update users set total = 5000000000 where id = 1;
            update users set amount = 'many' where id = 2;
            update users set amount = '077' where id = 3;
            update users set amount = null where id = 4;
            update users set total = 6 where id = 5";
        fixture.db.batch_execute(lossy).await?;
        let verify = Verify::default();
        expect(&build(&fixture, "m0003_switch").await?.verify(&verify).await?, &[])?;
        let retired = name(&fixture, RETIRED).await?;
        let planted = format!(
            "update users set {retired} = 1 where id = 2; update users set {retired} = null where id = 6"
        );
        plant(&fixture, &planted).await?;
        let found = build(&fixture, "m0003_switch").await?.verify(&verify).await?;
        expect(&found, &[("retired column of `amount`", &["id = 2", "id = 6"])])
    })
}

#[test]
fn nothing_differs_while_clients_of_both_builds_write() -> Result<(), Failure> {
    block_on(async {
        let fixture = migrated("verified_writers").await?;
        let old = Client::of("users").writes("username").connections(2);
        let new = Client::of("users").writes("display_name").connections(2);
        let traffic = fixture.traffic(&old).await?;
        let mut writers = traffic.start("old", &old).await?;
        let mut others = traffic.start("new", &new).await?;
        for _ in 0..5 {
            let found = build(&fixture, "m0002_change").await?.verify(&Verify::default()).await?;
            expect(&found, &[])?;
            writers.advance(20).await?;
            others.advance(20).await?;
        }
        plant(&fixture, "update users set display_name = 'x' where id = 7").await?;
        let found = build(&fixture, "m0002_change").await?.verify(&Verify::default()).await?;
        if found.agrees()
            && !fixture
                .holds("select coalesce(bool_and(username = display_name), true) from users where id = 7")
                .await?
        {
            fail!("the row is not found while clients write: {found}");
        }
        writers.leave().await?;
        others.leave().await
    })
}

#[test]
fn a_role_that_may_only_read_can_verify_and_is_told_of_what_it_cannot_see() -> Result<(), Failure> {
    block_on(async {
        let fixture = migrated("verified_reader").await?;
        plant(&fixture, "update users set display_name = 'x' where id = 7").await?;
        let logins = Logins::make(&fixture.db, fixture.url(), &["reader"]).await?;
        let role = logins.role("reader");
        let give = format!(
            "grant usage on schema changeover, public to {role};
             grant select on all tables in schema changeover to {role};
             grant select on users, events, events_a, events_rest to {role}"
        );
        fixture.db.batch_execute(&give).await?;
        let history = until("m0002_change")?;
        let builder = Fixture::builder(&history);
        let mut reader = builder.connect_with(logins.config("reader")?, NoTls).await?;
        expect(&reader.verify(&Verify::default()).await?, &[("`username`", &["id = 7"])])?;
        let hide = "alter table users enable row level security";
        fixture.db.batch_execute(hide).await?;
        match reader.verify(&Verify::default().table("users")).await {
            Err(error)
                if error.kind() == ErrorKind::Denied
                    && error.to_string().contains("bypassrls")
                    && error
                        .to_string()
                        .contains(&format!("grant select on public.users to {role}")) => {}
            other => fail!("rows that are hidden are passed over: {other:?}"),
        }
        drop(reader);
        logins.drop().await
    })
}

mod m0001_people {
    changeover::migration! {
        create_table!(people { id: bigint identity primary_key, name: text not_null });
    }
}

mod m0002_loud {
    changeover::migration! {
        after super::m0001_people;
        add_column!(people.loud: text);
        backfill!(people.loud, with = super::shout, read(name));
        rename_column!(people.name => call: text, up = "name || now()", down = "split_part(call, '2', 1)");
    }
}

changeover::migrations! {
    static PEOPLE = [m0001_people, m0002_loud];
}

async fn shout(names: Vec<String>) -> Result<Vec<String>, std::fmt::Error> {
    Ok(names.into_iter().map(|name| name.to_uppercase()).collect())
}

#[test]
fn what_no_statement_can_ask_is_said() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("verified_function").await?;
        let Some(base) = PEOPLE.until("m0001_people") else { fail!("there is no base") };
        fixture.runner(&base).await?.migrate().await?;
        fixture.db.batch_execute("insert into people (name) values ('ada')").await?;
        fixture.runner(&PEOPLE).await?.migrate().await?;
        let found = fixture.runner(&PEOPLE).await?.verify(&Verify::default()).await?;
        let said = found.to_string();
        for part in ["super::shout", "only the service's function", "gives another value each time"]
        {
            if !said.contains(part) {
                fail!("{part} is not said: {said}");
            }
        }
        if !found.agrees() || !found.verified.is_empty() {
            fail!("{said}");
        }
        Ok(())
    })
}

#[test]
fn it_waits_while_the_load_is_too_high_and_stops_where_it_is_critical() -> Result<(), Failure> {
    block_on(async {
        let fixture = migrated("verified_load").await?;
        let busy = fixture.reader("busy").await?;
        let history = until("m0002_change")?;
        let old = Limit::OldestTransaction(Duration::ZERO);
        let builder = Changeover::builder(&history).app("harness").critical_load(old);
        let mut changeover = builder.connect(fixture.url()).await?;
        match changeover.verify(&Verify::default()).await {
            Err(error) if error.kind() == ErrorKind::Stopped => {}
            other => fail!("it did not stop: {other:?}"),
        }
        drop(busy);
        Ok(())
    })
}
