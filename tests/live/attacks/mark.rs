//! The mark by which triggers of ours let a backfill pass: no other transaction is taken for one.

use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::{Failure, block_on, connect, fail};
use tokio_postgres::Client;

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, name: text });
    }
}

mod m0002_split {
    changeover::migration! {
        after super::m0001_base;
        split_column!(users.name => {
            first: text = "split_part(name, ' ', 1)",
            last: text = "split_part(name, ' ', 2)",
        }, down = "concat_ws(' ', first, last)");
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_split];
}

async fn run(roles: &Roles, until: &str) -> Result<changeover::Changeover, Failure> {
    match HISTORY.until(until) {
        Some(history) => roles.start(&history).await,
        None => fail!("the history has no migration {until}"),
    }
}

async fn begun(name: &str) -> Result<(Fixture, Roles, Client), Failure> {
    let fixture = Fixture::new(name).await?;
    let roles = Roles::make(&fixture.db, fixture.url()).await?;
    roles.give(&fixture.db, &[]).await?;
    run(&roles, "m0001_base").await?.migrate().await?;
    // A middle name is lost on the way to the new columns and back.
    let seed = "insert into users (name) select 'Ada King L' || n from generate_series(1, 50) n";
    fixture.db.batch_execute(seed).await?;
    run(&roles, "m0002_split").await?.expand().await?;
    let client = connect(fixture.url(), "client").await?;
    client.batch_execute(&format!("set role {}", roles.app())).await?;
    Ok((fixture, roles, client))
}

const WRITE: &str = "insert into users (name) values ('Grace Hopper')";

async fn expect_synced(fixture: &Fixture, rows: i64, by: &str) -> Result<(), Failure> {
    let synced = "select count(*) from users where name = 'Grace Hopper' and first = 'Grace'";
    match fixture.count(synced).await? {
        count if count == rows => Ok(()),
        count => fail!("after {by}: {count} rows are synced, not {rows}"),
    }
}

#[test]
fn no_setting_of_a_client_turns_the_sync_off() -> Result<(), Failure> {
    block_on(async {
        let (fixture, roles, client) = begun("mark_client").await?;
        let left = "begin; select set_config('changeover.backfill_xact', \
                    pg_current_xact_id()::text, false); commit";
        let settings = [
            "set changeover.backfill = 'on'",
            "set changeover.backfill_xact = 'on'",
            "set changeover.backfill_xact = ''",
            left,
        ];
        for (rows, setting) in (1..).zip(settings) {
            client.batch_execute(setting).await?;
            client.batch_execute(WRITE).await?;
            expect_synced(&fixture, rows, setting).await?;
        }
        // In one transaction with its number it is a backfill; it can harm no row but its own.
        let own = format!(
            "begin; select set_config('changeover.backfill_xact', pg_current_xact_id()::text, true); \
             {WRITE}; commit"
        );
        client.batch_execute(&own).await?;
        client.batch_execute(WRITE).await?;
        expect_synced(&fixture, 5, "a write of its own").await?;
        run(&roles, "m0002_split").await?.migrate().await?;
        expect_synced(&fixture, 6, "the backfill").await?;
        drop(client);
        roles.drop().await
    })
}

/// A database in which triggers of an earlier version wait for their backfill: they go by a mark
/// that was one for the whole session.
#[test]
fn triggers_of_an_earlier_version_and_of_this_one_let_a_backfill_pass() -> Result<(), Failure> {
    block_on(async {
        let (fixture, roles, client) = begun("mark_earlier").await?;
        let mut definitions = Vec::new();
        for name in ["old", "new"] {
            let when = match name {
                "old" => "current_setting('changeover.backfill', true) is distinct from 'on'",
                _ => {
                    "(current_setting('changeover.backfill_xact', true) \
                      = pg_current_xact_id_if_assigned()::text) is not true"
                }
            };
            definitions.push(format!(
                "create trigger refuse_{name} before update on users for each row when ({when}) \
                 execute function refuse()"
            ));
        }
        let refuse = "create function refuse() returns trigger language plpgsql \
                      as $$ begin raise exception 'the rule was run'; end $$";
        for sql in [refuse, &definitions[0], &definitions[1]] {
            fixture.db.batch_execute(sql).await?;
        }
        for name in ["old", "new"] {
            let alone =
                format!("alter table users disable trigger user, enable trigger refuse_{name}");
            fixture.db.batch_execute(&alone).await?;
            if client.batch_execute("update users set name = name").await.is_ok() {
                fail!("the trigger `refuse_{name}` lets a client pass");
            }
        }
        fixture.db.batch_execute("alter table users enable trigger user").await?;
        run(&roles, "m0002_split").await?.migrate().await?;
        let kept = "select count(*) from users where name like 'Ada King L%' and first = 'Ada'";
        if fixture.count(kept).await? != 50 {
            fail!("the backfill did not fill, or rewrote the old column");
        }
        fixture.db.batch_execute("drop function refuse cascade").await?;
        drop(client);
        roles.drop().await
    })
}
