//! The record put right by hand: what is refused, what it does, and what is left to be read.

use changeover::{Changeover, ErrorKind, Phase, Repair, State};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::{EDITED_HISTORY, INDEX_HISTORY, RENAME_HISTORY};
use changeover_tests::{Failure, block_on, fail};

async fn refused(
    changeover: &mut Changeover,
    repair: Repair,
    because: &str,
) -> Result<(), Failure> {
    match changeover.repair(repair.clone(), "a test").await {
        Err(error)
            if error.kind() == ErrorKind::RepairRefused && error.to_string().contains(because) =>
        {
            Ok(())
        }
        other => fail!("{repair:?}: {other:?}, not refused because {because}"),
    }
}

async fn event(fixture: &Fixture, what: &str) -> Result<Vec<Option<String>>, Failure> {
    let sql = "select migration, phase, step::text, reason, before, after, application, who \
               from changeover.events where history = 'harness' and what = $1";
    let row = fixture.db.query_one(sql, &[&what]).await?;
    Ok((0..row.len()).map(|column| row.get(column)).collect())
}

async fn expect_state(fixture: &Fixture, id: &str, expected: State) -> Result<(), Failure> {
    let status = fixture.runner(&RENAME_HISTORY).await?.status().await?;
    match status.migrations.iter().find(|one| one.id == id) {
        Some(found) if found.state == expected => Ok(()),
        other => fail!("{id}: {other:?}, not {expected}"),
    }
}

#[test]
fn an_edited_plan_is_accepted_with_a_reason_that_is_kept() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("repair_accept", 10).await?;
        fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        let between = if fixture.url().contains('?') { '&' } else { '?' };
        let url = format!("{}{between}application_name=night_shift", fixture.url());
        let mut edited = Fixture::builder(&EDITED_HISTORY).connect(&url).await?;
        match edited.migrate().await {
            Err(error)
                if error.kind() == ErrorKind::Edited
                    && error.to_string().contains("accept_plan(") => {}
            other => fail!("an edited plan was taken: {other:?}"),
        }

        let accept = || Repair::accept_plan("m0002_rename");
        match edited.repair(accept(), " \n").await {
            Err(error) if error.kind() == ErrorKind::ReasonMissing => {}
            other => fail!("no reason was given: {other:?}"),
        }
        edited.repair(accept(), "the names were lowered by hand").await?;
        edited.migrate().await?;
        refused(&mut edited, accept(), "already").await?;

        let event = event(&fixture, "accept_plan").await?;
        let [migration, phase, step, reason, before, after, application, who] = event.as_slice()
        else {
            fail!("{event:?}")
        };
        let texts = [migration, reason, application].map(Option::as_deref);
        let expected = ["m0002_rename", "the names were lowered by hand", "night_shift"].map(Some);
        if texts != expected || phase.is_some() || step.is_some() || who.is_none() {
            fail!("{event:?}");
        }
        let says = |text: &Option<String>, what| text.as_ref().is_some_and(|t| t.contains(what));
        if says(before, "lower(username)") || !says(after, "lower(username)") {
            fail!("the record does not show both plans: {event:?}");
        }
        match fixture.runner(&RENAME_HISTORY).await?.migrate().await {
            Err(error) if error.kind() == ErrorKind::Edited => Ok(()),
            other => fail!("both plans are taken: {other:?}"),
        }
    })
}

#[test]
fn what_was_done_by_hand_is_not_done_again() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("repair_done", 10).await?;
        let made = "create index users_username_idx on public.users (username)";
        fixture.db.batch_execute(made).await?;
        let mut runner = fixture.runner(&INDEX_HISTORY).await?;
        match runner.migrate().await {
            Err(error) if error.kind() == ErrorKind::NameTaken => {}
            other => fail!("an index of somebody else's: {other:?}"),
        }
        let done = |step| Repair::mark_done("m0002_index", Phase::Migrate, step);
        refused(&mut runner, done(2), "no step 2").await?;
        runner.repair(done(1), "built on Sunday, while nobody wrote").await?;
        refused(&mut runner, done(1), "recorded as done").await?;
        let report = runner.migrate().await?;
        if report.phases.iter().any(|phase| phase.steps > 0) {
            fail!("the step was carried out all the same:\n{report}");
        }
        fixture.expect_model(&INDEX_HISTORY).await?;
        let event = event(&fixture, "mark_done").await?;
        if event.get(1..3) != Some(&[Some("migrate".to_owned()), Some("1".to_owned())]) {
            fail!("{event:?}");
        }
        // It is ours now, and goes with the rest.
        runner.undo("m0002_index").await?;
        if !fixture.holds("select to_regclass('users_username_idx') is null").await? {
            fail!("the index is still there");
        }
        Ok(())
    })
}

#[test]
fn what_was_taken_back_by_hand_is_done_again() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("repair_undone", 10).await?;
        let mut runner = fixture.runner(&INDEX_HISTORY).await?;
        runner.migrate().await?;
        let undone = || Repair::mark_undone("m0002_index", Phase::Migrate, 1);
        fixture.db.batch_execute("drop index users_username_idx").await?;
        runner.repair(undone(), "dropped by mistake").await?;
        refused(&mut runner, undone(), "recorded as planned").await?;
        runner.migrate().await?;
        fixture.expect_model(&INDEX_HISTORY).await
    })
}

#[test]
fn a_migration_that_was_taken_back_by_hand_is_forgotten() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("repair_forget", 10).await?;
        let mut index = fixture.runner(&INDEX_HISTORY).await?;
        index.migrate().await?;
        // Another build, which does not know it, and cannot go on for that.
        let mut rename = fixture.runner(&RENAME_HISTORY).await?;
        match rename.migrate().await {
            Err(error) if error.kind() == ErrorKind::Diverged => {}
            other => fail!("two histories in one: {other:?}"),
        }
        refused(&mut rename, Repair::forget("m0001_base"), "`m0002_index` builds on it").await?;
        fixture.db.batch_execute("drop index users_username_idx").await?;
        rename.repair(Repair::forget("m0002_index"), "the branch was given up").await?;
        match rename.repair(Repair::forget("m0002_index"), "again").await {
            Err(error) if error.kind() == ErrorKind::UnknownMigration => {}
            other => fail!("nothing is recorded of it: {other:?}"),
        }
        rename.contract().await?;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

#[test]
fn what_a_contract_ended_cannot_be_repaired() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("repair_contracted", 10).await?;
        let mut runner = fixture.runner(&RENAME_HISTORY).await?;
        runner.migrate().await?;
        let contract = |repair: fn(&'static str, Phase, usize) -> Repair| {
            repair("m0002_rename", Phase::Contract, 1)
        };
        refused(&mut runner, contract(Repair::mark_undone), "nothing is recorded").await?;
        refused(&mut runner, Repair::forget("m0002_rename"), "`m0003_contract` builds on it")
            .await?;
        let Some(undeclared) = RENAME_HISTORY.until("m0002_rename") else { fail!("no such id") };
        let mut undeclared = fixture.runner(&undeclared).await?;
        refused(&mut undeclared, contract(Repair::mark_done), "does not declare").await?;

        // The column went by hand, and with it the way back.
        let by_hand = "drop trigger \"~changeover_display_name\" on public.users; \
                       drop function public.changeover_users_display_name(); \
                       alter table public.users drop column username";
        fixture.db.batch_execute(by_hand).await?;
        runner.repair(contract(Repair::mark_done), "dropped by hand").await?;
        expect_state(&fixture, "m0002_rename", State::Contracting).await?;
        let hold = "select changeover.hold_lease('harness', 'older', 'm0002_rename')";
        if fixture.db.batch_execute(hold).await.is_ok() {
            fail!("a build lives that needs the column");
        }
        match runner.undo_to("m0001_base").await {
            Err(error) if error.kind() == ErrorKind::UndoRefused => {}
            other => fail!("the way back: {other:?}"),
        }
        runner.contract().await?;
        expect_state(&fixture, "m0002_rename", State::Contracted).await?;
        for repair in [
            Repair::forget("m0002_rename"),
            contract(Repair::mark_undone),
            contract(Repair::mark_done),
            Repair::mark_undone("m0002_rename", Phase::Migrate, 1),
        ] {
            refused(&mut runner, repair, "").await?;
        }
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

/// Every error says what mends it.
#[test]
fn a_record_that_somebody_else_wrote_into_is_mended() -> Result<(), Failure> {
    const BACKFILL: &str = "where migration = 'm0002_rename' and phase = 'migrate' and ordinal = 1";
    let done = || Repair::mark_done("m0002_rename", Phase::Migrate, 1);
    let undone = || Repair::mark_undone("m0002_rename", Phase::Migrate, 1);
    let recount = || Repair::recount("m0002_rename");
    let steps = |set: &str| format!("update changeover.steps set {set} {BACKFILL}");
    block_on(async {
        for (tampered, repairs) in [
            (format!("delete from changeover.steps {BACKFILL}"), vec![done()]),
            (format!("delete from changeover.steps {BACKFILL}"), vec![undone()]),
            (steps("state = 'planned'"), vec![done()]),
            (steps("state = 'intended'"), vec![undone()]),
            (steps("state = 'complete'"), vec![recount(), done()]),
            (steps("phase = 'vacation'"), vec![recount(), done()]),
            (steps("ordinal = 0"), vec![recount(), done()]),
            (steps("sql = 'select 1'"), vec![Repair::accept_plan("m0002_rename")]),
            (
                "update changeover.migrations set state = 'over' where id = 'm0002_rename'".into(),
                vec![recount()],
            ),
        ] {
            let fixture = Fixture::with_users("repair_tampered", 20).await?;
            let mut runner = fixture.runner(&RENAME_HISTORY).await?;
            runner.expand().await?;
            runner.migrate().await?;
            fixture.db.batch_execute(&tampered).await?;
            for repair in repairs {
                let Err(error) = runner.contract().await else {
                    fail!("nothing was noticed of `{tampered}`")
                };
                let help = error.to_string();
                if !help.contains(&format!("{}(\"m0002_rename\"", repair.name())) {
                    fail!("`{}` mends it, and is not named: {help}", repair.name());
                }
                runner.repair(repair, "put right after a hand had been in it").await?;
            }
            runner.contract().await?;
            fixture.expect_model(&RENAME_HISTORY).await?;
        }
        Ok(())
    })
}
