//! A database that others use is left alone.

use changeover::testing::Database;
use changeover::{Changeover, ErrorKind};
use changeover_tests::accounts::MIGRATIONS;
use changeover_tests::{Failure, block_on, fail};

use super::{brief, database};

async fn expect_refused(database: &Database, words: &str) -> Result<(), Failure> {
    match brief(&MIGRATIONS).run(database.url()).await {
        Err(error) if error.kind() == ErrorKind::RehearsalRefused => {
            let said = error.to_string();
            if !said.contains(words) || !said.contains("help: ") {
                fail!("it does not say `{words}`: {said}");
            }
            Ok(())
        }
        Err(error) => fail!("it fails otherwise: {error}"),
        Ok(rehearsal) => fail!("it is not refused: {rehearsal}"),
    }
}

#[test]
fn a_database_in_use_is_refused_before_anything_is_written() -> Result<(), Failure> {
    block_on(async {
        let database = database("rehearsed_refused").await?;
        let other = database.connect().await?;
        expect_refused(&database, "1 other sessions").await?;
        let made = "select pg_catalog.to_regnamespace('changeover') is null \
            and pg_catalog.to_regclass('accounts') is null";
        let nothing: bool = other.query_one(made, &[]).await?.get(0);
        if !nothing {
            fail!("something was written");
        }
        drop(other);
        let Some(first) = MIGRATIONS.until("m0001_create_users") else { fail!("no first") };
        let builder = Changeover::builder(&first).finishes(false);
        builder.connect(database.url()).await?.migrate().await?;
        let lease = Changeover::builder(&first).finishes(false);
        let lease = lease.connect(database.url()).await?.hold_lease().await?;
        expect_refused(&database, "changeover lease").await?;
        lease.release().await;
        let rehearsal = brief(&MIGRATIONS).run(database.url()).await?;
        if rehearsal.migrations != ["m0002_add_nick"] {
            fail!("{rehearsal}");
        }
        super::expect_clean(&rehearsal)
    })
}

#[test]
fn what_has_run_is_not_rehearsed_again() -> Result<(), Failure> {
    block_on(async {
        let database = database("rehearsed_done").await?;
        Changeover::builder(&MIGRATIONS).connect(database.url()).await?.migrate().await?;
        let rehearsal = brief(&MIGRATIONS).run(database.url()).await?;
        if !rehearsal.migrations.is_empty()
            || !rehearsal.to_string().contains("nothing was rehearsed")
        {
            fail!("{rehearsal}");
        }
        match brief(&MIGRATIONS).since("m0002_add_nick").run(database.url()).await {
            Err(error) if error.kind() == ErrorKind::RehearsalRefused => Ok(()),
            other => fail!("{other:?}"),
        }
    })
}
