//! What a service's tests assert.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use changeover::testing::{assert_reviewed, assert_up_to_date};
use changeover_tests::fixture::Fixture;
use changeover_tests::roll_out::MIGRATIONS;
use changeover_tests::{Failure, block_on, fail};
use futures_util::FutureExt as _;

use super::repository::{Repository, expect_all};

fn text(panic: &(dyn std::any::Any + Send)) -> String {
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

fn reviewed(folder: &Path) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| assert_reviewed(&MIGRATIONS, folder)))
        .map_err(|panic| text(&*panic))
}

async fn up_to_date(url: &str) -> Result<(), String> {
    let asserted = AssertUnwindSafe(assert_up_to_date(&MIGRATIONS, url)).catch_unwind().await;
    asserted.map_err(|panic| text(&*panic))
}

#[test]
fn a_review_file_that_differs_is_shown() -> Result<(), Failure> {
    let repository = Repository::new("reviewed")?;
    repository.branch()?;
    let folder = repository.folder.join("src/migrations/sql");
    reviewed(&folder).map_err(Failure::new)?;
    repository.write("src/migrations/sql/m0002_rename_username.sql", "drop table users;\n")?;
    let Err(said) = reviewed(&folder) else { fail!("it is taken for reviewed") };
    expect_all(&said, &["-drop table users;", "m0002_rename_username.sql` differs from the plan"])
}

#[test]
fn a_database_is_up_to_date_once_all_has_run_and_nobody_has_changed_it() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("up_to_date").await?;
        let url = fixture.url();
        let Err(said) = up_to_date(url).await else { fail!("nothing has run") };
        expect_all(&said, &["`m0001_create_users` is pending", "help: "])?;
        let builder = changeover::Changeover::builder(&MIGRATIONS);
        let mut runner = builder.gate(changeover::Gate::Manual).connect(url).await?;
        runner.migrate().await?;
        runner.contract().await?;
        up_to_date(url).await.map_err(Failure::new)?;
        // A build whose history declares no contract has nothing to wait for.
        let fixture_half = Fixture::new("up_to_date_half").await?;
        let half = MIGRATIONS.until("m0002_rename_username");
        let Some(half) = half else { fail!("no such migration") };
        let named = || changeover::Changeover::builder(&half).app("accounts");
        named().connect(fixture_half.url()).await?.migrate().await?;
        let asserted = AssertUnwindSafe(assert_up_to_date(named(), fixture_half.url()));
        asserted.catch_unwind().await.map_err(|panic| Failure::new(text(&*panic)))?;
        fixture.db.batch_execute("alter table users add column by_hand text").await?;
        let Err(said) = up_to_date(url).await else { fail!("a column is not seen") };
        expect_all(&said, &["users.by_hand"])
    })
}
