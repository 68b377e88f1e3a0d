//! What a status says of switches and contracts that have not run.

use changeover::{ErrorKind, Gate, Migrations};
use changeover_tests::fixture::Fixture;
use changeover_tests::logins::Logins;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, fail};
use tokio_postgres::NoTls;

async fn expect(
    fixture: &Fixture,
    history: &Migrations,
    gate: Gate,
    reason: &str,
) -> Result<(), Failure> {
    let builder = Fixture::builder(history).gate(gate);
    let status = builder.connect(fixture.url()).await?.status().await?;
    let line = format!("the contract of `m0002_rename` waits: {reason}");
    if status.to_string().lines().filter(|found| *found == line).count() != 1 {
        fail!("not {line:?}:\n{status}");
    }
    Ok(())
}

#[test]
fn a_contract_that_has_not_run_is_named_with_what_it_waits_for() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("status_contract", 10).await?;
        let Some(old) = RENAME_HISTORY.until("m0002_rename") else { fail!("no such migration") };
        let (manual, leases) = (Gate::Manual, Gate::default());
        fixture.runner(&old).await?.migrate().await?;
        let undeclared = "no migration of this build declares it with `contract!(m0002_rename)`";
        expect(&fixture, &old, leases, undeclared).await?;
        expect(
            &fixture,
            &RENAME_HISTORY,
            manual,
            "`m0003_contract`, which declares it, is not fully migrated",
        )
        .await?;
        fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        expect(&fixture, &RENAME_HISTORY, manual, "it runs when `contract()` is called").await?;
        expect(&fixture, &RENAME_HISTORY, leases, "no run has tried it yet").await?;

        let hold = "select changeover.hold_lease('harness', 'older', 'm0002_rename')";
        fixture.db.batch_execute(hold).await?;
        match fixture.runner(&RENAME_HISTORY).await?.contract().await {
            Err(error) if error.is_gate_held() => {}
            other => fail!("not held: {other:?}"),
        }
        let holder = "instance \"older\" was built with \"m0002_rename\"";
        expect(&fixture, &RENAME_HISTORY, manual, holder).await?;
        fixture.db.batch_execute("select changeover.release_lease('harness', 'older')").await?;
        let gone = "nothing holds it any more, and the next run goes on with it";
        expect(&fixture, &RENAME_HISTORY, manual, gone).await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        let status = fixture.runner(&RENAME_HISTORY).await?.status().await?;
        if !status.waiting.is_empty() {
            fail!("it waits after it has run: {status}");
        }
        Ok(())
    })
}

#[test]
fn a_server_without_a_connection_left_is_said_to_be_full() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("status_full").await?;
        let logins = Logins::make(&fixture.db, fixture.url(), &["app"]).await?;
        let none = format!("alter role {} connection limit 0", logins.role("app"));
        fixture.db.batch_execute(&none).await?;
        let builder = Fixture::builder(&RENAME_HISTORY);
        match builder.connect_with(logins.config("app")?, NoTls).await {
            Err(error)
                if error.kind() == ErrorKind::Connect
                    && error.to_string().contains("connection limit") => {}
            other => fail!("it is not said: {:?}", other.err()),
        }
        logins.drop().await
    })
}
