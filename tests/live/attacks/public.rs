//! A role that may create in `public`, and one that may put triggers on a table: each is said.

use changeover::{Check, ErrorKind, Finding};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, fail};

use super::stranger::Stranger;

async fn expect(fixture: &Fixture, check: Check, says: Option<&str>) -> Result<(), Failure> {
    let findings = fixture.runner(&RENAME_HISTORY).await?.preflight().await?.0;
    let found: Vec<Finding> = findings.into_iter().filter(|found| found.check == check).collect();
    match (found.as_slice(), says) {
        ([], None) => Ok(()),
        ([found], Some(says)) if found.what.contains(says) => Ok(()),
        _ => fail!("not {says:?}: {found:#?}"),
    }
}

/// A run ends before anything of the stranger's is called.
async fn stops(fixture: &Fixture, stranger: &Stranger, code: &str) -> Result<(), Failure> {
    match fixture.runner(&RENAME_HISTORY).await?.migrate().await {
        Err(error) if error.kind() == ErrorKind::Preflight && error.to_string().contains(code) => {}
        other => fail!("not stopped over {code}: {other:?}"),
    }
    stranger.got_nothing().await
}

#[test]
fn who_may_create_in_public_is_said() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("public_open", 10).await?;
        fixture.db.batch_execute("revoke create on schema public from public").await?;
        let stranger = Stranger::make(&fixture, &[]).await?;
        expect(&fixture, Check::OpenSchema, None).await?;
        let role = format!("`{}`", stranger.role);
        let grant = format!("grant create on schema public to {}", stranger.role);
        fixture.db.batch_execute(&grant).await?;
        expect(&fixture, Check::OpenSchema, Some(&role)).await?;
        fixture.db.batch_execute("grant create on schema public to public").await?;
        expect(&fixture, Check::OpenSchema, Some("everybody may create")).await?;
        let report = fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        if report.findings.iter().filter(|found| found.check == Check::OpenSchema).count() != 1 {
            fail!("not said once: {:#?}", report.findings);
        }
        stranger.drop(&fixture).await
    })
}

#[test]
fn a_strangers_trigger_is_said() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("public_trigger", 10).await?;
        let stranger = Stranger::make(&fixture, &["grant all on users to $stranger"]).await?;
        expect(&fixture, Check::ForeignTrigger, None).await?;
        let trigger = "create trigger theirs before update on users
            for each row execute function own.strike()";
        stranger.db.batch_execute(trigger).await?;
        let says = format!(
            "trigger theirs on public.users calls own.strike() of role `{}`",
            stranger.role
        );
        expect(&fixture, Check::ForeignTrigger, Some(&says)).await?;
        stops(&fixture, &stranger, "own.strike()").await?;
        fixture.db.batch_execute("drop trigger theirs on users").await?;
        // The function is PostgreSQL's, and its condition theirs.
        let hidden = "create function own.holds(text) returns boolean language plpgsql
                as 'begin insert into own.hits values (current_user); return true; end';
            create trigger theirs before update on users for each row when (own.holds(new.username))
            execute function suppress_redundant_updates_trigger()";
        stranger.db.batch_execute(hidden).await?;
        stops(&fixture, &stranger, "own.holds(text)").await?;
        fixture.db.batch_execute("drop trigger theirs on users").await?;
        stranger.db.batch_execute(trigger).await?;
        let trusted = "alter function own.strike() owner to current_user";
        fixture.db.batch_execute(trusted).await?;
        expect(&fixture, Check::ForeignTrigger, None).await?;
        stranger.drop(&fixture).await
    })
}
