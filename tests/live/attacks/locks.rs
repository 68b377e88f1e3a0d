//! A role that may only connect, and stands in the way: it is named, and what is in its way is too.

use std::time::Duration;

use changeover::{Changeover, Error, ErrorKind};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

use super::stranger::Stranger;

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, username: text not_null });
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => name);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_rename;
        contract!(m0002_rename);
    }
}

changeover::migrations! {
    static RENAME = [m0001_base, m0002_rename, m0003_contract];
}

const OF_HISTORY: u32 = 1_667_788_662;
const OF_LEASES: u32 = 1_667_788_647;

/// As the runner makes a number of a history's name.
fn number(app: &str) -> u32 {
    let hash = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    app.bytes().fold(0x811c_9dc5, hash)
}

async fn impatient(fixture: &Fixture) -> Result<Changeover, Failure> {
    let builder = Fixture::builder(&RENAME)
        .lock_timeout(Duration::from_millis(50))
        .deadline(Duration::from_millis(500));
    Ok(builder.connect(fixture.url()).await?)
}

async fn pid(stranger: &Stranger) -> Result<i32, Failure> {
    stranger.db.batch_execute("set application_name = 'nosy'").await?;
    Ok(stranger.db.query_one("select pg_backend_pid()", &[]).await?.get(0))
}

/// Who is in the way is named, and called nothing that it is not.
fn named(stranger: &Stranger, pid: i32, error: &Error) -> Result<(), Failure> {
    let text = error.to_string();
    let who = format!("pid {pid}, user {}, application `nosy`", stranger.role);
    if !text.contains(&who) || text.contains("another runner") {
        fail!("no `{who}` in: {text}");
    }
    Ok(())
}

#[test]
fn who_takes_a_lock_by_its_number_is_named() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("numbers_taken").await?;
        let stranger = Stranger::make(&fixture, &[]).await?;
        let who = pid(&stranger).await?;
        let take = async |class: u32, key: &str| -> Result<(), Failure> {
            let sql =
                format!("select pg_advisory_unlock_all(); select pg_advisory_lock({class}, {key})");
            Ok(stranger.db.batch_execute(&sql).await?)
        };

        let history = number("harness").cast_signed().to_string();
        take(OF_HISTORY, &history).await?;
        match impatient(&fixture).await?.migrate().await {
            Err(error) if error.is_already_running() => named(&stranger, who, &error)?,
            outcome => fail!("the history's lock is taken: {outcome:?}"),
        }
        stranger.db.batch_execute("select pg_advisory_unlock_all()").await?;
        impatient(&fixture).await?.migrate().await?;

        take(OF_LEASES, "hashtext('harness')").await?;
        match impatient(&fixture).await?.contract().await {
            Err(error) if error.kind() == ErrorKind::LockTimeout => named(&stranger, who, &error)?,
            outcome => fail!("the gate's lock is taken: {outcome:?}"),
        }
        match impatient(&fixture).await?.undo_to("m0001_base").await {
            Err(error) if error.kind() == ErrorKind::LockTimeout => named(&stranger, who, &error)?,
            outcome => fail!("the lock is taken that an undo needs: {outcome:?}"),
        }
        match impatient(&fixture).await?.hold_lease().await {
            Err(error) if error.kind() == ErrorKind::LockTimeout => named(&stranger, who, &error)?,
            outcome => fail!("the lock is taken that a lease needs: {outcome:?}"),
        }

        take(OF_HISTORY, "0").await?;
        fixture.db.batch_execute("drop schema changeover cascade").await?;
        match impatient(&fixture).await?.migrate().await {
            Err(error) if error.kind() == ErrorKind::LockTimeout => named(&stranger, who, &error)?,
            outcome => fail!("the schema's lock is taken: {outcome:?}"),
        }
        stranger.drop(&fixture).await
    })
}

#[test]
fn whose_a_temporary_view_is_that_holds_a_contract_is_said() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("temporary_view").await?;
        let Some(base) = RENAME.until("m0001_base") else { fail!("the history has no base") };
        fixture.runner(&base).await?.migrate().await?;
        let stranger = Stranger::make(&fixture, &["grant select on users to $stranger"]).await?;
        let who = pid(&stranger).await?;
        impatient(&fixture).await?.migrate().await?;
        let view = "create temporary view mine as select username from users";
        stranger.db.batch_execute(view).await?;
        let state = "select count(*) from changeover.migrations where id = 'm0002_rename'
            and state = 'migrated'";
        for forced in [false, true] {
            let mut runner = impatient(&fixture).await?;
            let outcome = if forced {
                runner.force_contract("it is a test").await
            } else {
                runner.contract().await
            };
            match outcome {
                Err(error) if error.is_gate_held() => {
                    named(&stranger, who, &error)?;
                    if !error.to_string().contains(&format!("pg_terminate_backend({who})")) {
                        fail!("it is not said what to do: {error}");
                    }
                }
                outcome => fail!("forced: {forced}: {outcome:?}"),
            }
            if fixture.count(state).await? != 1 {
                fail!("forced: {forced}: something was changed");
            }
        }
        let end = format!("select pg_terminate_backend({who})");
        fixture.db.batch_execute(&end).await?;
        fixture
            .wait_until("select not exists (select from pg_class where relname = 'mine')")
            .await?;
        impatient(&fixture).await?.contract().await?;
        stranger.drop(&fixture).await
    })
}
