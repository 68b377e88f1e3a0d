//! Older migrations become one baseline, and databases that are past them notice nothing.
//!
//! `squash/before` is a history as it was written; `squash/after` is what the command makes of it up to
//! `m0003_drop`, and `squash/again` what it makes of that up to `m0005_drop_age`.

mod after;
mod again;
mod before;
mod cut;
mod leases;
mod parents;

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use changeover::{ErrorKind, Migrations, Squash, State};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

const EVENTS: &str = "select count(*) from changeover.events where what = 'adopt'";

fn until(history: &Migrations, id: &str) -> Result<Migrations, Failure> {
    history.until(id).ok_or_else(|| Failure::new(format!("there is no `{id}`")))
}

/// A database in which a history has run up to here, with its contracts.
async fn at(name: &str, id: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    fixture.runner(&until(&before::HISTORY, id)?).await?.contract().await?;
    Ok(fixture)
}

fn failure(error: &io::Error) -> Failure {
    Failure::new(error.to_string())
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("live/adopt/squash").join(name)
}

/// The names and texts of its files.
fn files(folder: &Path) -> io::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        found.push((name, fs::read_to_string(entry.path())?));
    }
    found.sort();
    Ok(found)
}

/// A folder of the test's own with the files of one of ours.
fn copied(from: &str) -> io::Result<PathBuf> {
    let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("squash_{from}"));
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    for (name, text) in files(&folder(from))? {
        fs::write(work.join(name), text)?;
    }
    Ok(work)
}

/// What the command makes of a folder is what the other one has, which is compiled here: so the
/// compiler has proved it.
async fn squashes(history: &Migrations, last: &str, [from, to]: [&str; 2]) -> Result<(), Failure> {
    let fixture = Fixture::new(&format!("squash_{from}")).await?;
    let squash = Squash::read(history, last, fixture.url()).await?;
    let edited = || -> io::Result<_> {
        let work = copied(from)?;
        let edits = squash.edits(&work)?;
        let before = files(&work)?;
        edits.carry_out()?;
        Ok((before, files(&work)?, squash.edits(&work)))
    };
    let (before, after, again) = edited().map_err(|error| failure(&error))?;
    let [unchanged, expected] = [from, to].map(|name| files(&folder(name)));
    if before != unchanged.map_err(|error| failure(&error))? {
        fail!("something was written before it was asked for");
    }
    let expected = expected.map_err(|error| failure(&error))?;
    if after != expected {
        fail!("{after:#?}\nis not\n{expected:#?}");
    }
    match again {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => fail!("it would be written over: {other:?}"),
    }
}

#[test]
fn what_is_written_is_what_the_compiler_proves() -> Result<(), Failure> {
    block_on(async {
        squashes(&before::HISTORY, "m0003_drop", ["before", "after"]).await?;
        squashes(&after::HISTORY, "m0005_drop_age", ["after", "again"]).await
    })
}

#[test]
fn what_would_be_skipped_or_is_not_empty_is_refused() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("squash_refused").await?;
        for (last, expected) in [
            ("m0002_rename", "squash up to `m0003_drop`, which declares it"),
            ("m0004_years", "squash up to `m0005_drop_age`, which declares it"),
        ] {
            match Squash::read(&before::HISTORY, last, fixture.url()).await {
                Err(error)
                    if error.kind() == ErrorKind::SquashRefused
                        && error.to_string().contains(expected) => {}
                other => fail!("{last}: {other:?}"),
            }
        }
        let half = until(&before::HISTORY, "m0002_rename")?;
        match Squash::read(&half, "m0002_rename", fixture.url()).await {
            Err(error) if error.to_string().contains("declare `contract!(m0002_rename)`") => {}
            other => fail!("{other:?}"),
        }
        fixture.db.batch_execute("create table theirs (id int)").await?;
        match Squash::read(&before::HISTORY, "m0003_drop", fixture.url()).await {
            Err(error) if error.to_string().contains("is not empty") => {}
            other => fail!("{other:?}"),
        }
        if !fixture.holds("select to_regnamespace('changeover') is null").await? {
            fail!("something was run in it");
        }
        Ok(())
    })
}

#[test]
fn rows_that_a_baseline_does_not_make_are_named() -> Result<(), Failure> {
    block_on(async {
        mod m0001_seed {
            changeover::migration! {
                create_table!(plans { name: text primary_key });
                sql!(up = "insert into public.plans values ('free')", undo = none, reason = "a seed");
            }
        }
        changeover::migrations! {
            static SEEDED = [m0001_seed];
        }
        let fixture = Fixture::new("squash_rows").await?;
        let squash = Squash::read(&SEEDED, "m0001_seed", fixture.url()).await?;
        if squash.rows() != ["public.plans"] || !squash.text().contains("// - public.plans") {
            fail!("{squash:?}");
        }
        Ok(())
    })
}

#[test]
fn an_empty_database_gets_the_same_schema() -> Result<(), Failure> {
    block_on(async {
        let old = at("squash_old", "m0006_plan").await?;
        for (name, history) in [("squash_new", &after::HISTORY), ("squash_newer", &again::HISTORY)]
        {
            let new = Fixture::new(name).await?;
            new.runner(history).await?.contract().await?;
            new.db.batch_execute("insert into users (display_name, years) values ('a', 3)").await?;
            if new.catalog().await? != old.catalog().await? {
                fail!("{}\nis not\n{}", new.catalog().await?, old.catalog().await?);
            }
        }
        Ok(())
    })
}

#[test]
fn a_database_that_is_past_it_notices_nothing() -> Result<(), Failure> {
    block_on(async {
        let fixture = at("squash_past", "m0005_drop_age").await?;
        let before = fixture.catalog().await?;
        // Of builds in a row nobody has to run each: this one has squashed what the one before would.
        let history = until(&again::HISTORY, "m0005_baseline")?;
        let mut runner = fixture.runner(&history).await?;
        runner.ready(Duration::ZERO).await?;
        let status = runner.status().await?;
        let is_behind = |one: &changeover::MigrationStatus| one.state < State::Migrated;
        if !status.unknown.is_empty() || status.migrations.iter().any(is_behind) {
            fail!("{status}");
        }
        for history in [history, until(&after::HISTORY, "m0005_drop_age")?] {
            let report = fixture.runner(&history).await?.contract().await?;
            if !report.phases.is_empty() || fixture.catalog().await? != before {
                fail!("something was done: {report}");
            }
        }
        if fixture.count(EVENTS).await? != 2 {
            fail!("no event says so");
        }
        // What stands behind it runs once.
        fixture.runner(&again::HISTORY).await?.contract().await?;
        let report = fixture.runner(&again::HISTORY).await?.contract().await?;
        if !report.phases.is_empty() {
            fail!("it ran twice: {report}");
        }
        let mut runner = fixture.runner(&again::HISTORY).await?;
        let comparison = runner.check().await?;
        if !comparison.is_clean() {
            fail!("{comparison}");
        }
        runner.undo("m0006_plan").await?;
        runner.migrate().await?;
        Ok(())
    })
}

/// What a migration does, whatever its parent is called.
fn plan(migration: &'static changeover::migration::Migration) -> String {
    let text = changeover::review::render(migration);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("-- after ")).collect();
    lines.join("\n")
}

/// Names that we derive go by the place of a migration.
#[test]
fn plans_behind_it_read_as_before_and_go_on() -> Result<(), Failure> {
    block_on(async {
        for id in ["m0004_years", "m0006_plan"] {
            let plans = [&before::HISTORY, &after::HISTORY, &again::HISTORY]
                .map(|history| history.get(id).map(plan));
            let expected = &plans[0];
            if let Some(other) =
                plans.iter().flatten().find(|plan| Some(*plan) != expected.as_ref())
            {
                fail!("{other}\nis not\n{expected:?}");
            }
        }
        let fixture = at("squash_under_way", "m0003_drop").await?;
        fixture.runner(&until(&before::HISTORY, "m0004_years")?).await?.migrate().await?;
        fixture.runner(&after::HISTORY).await?.contract().await?;
        fixture.db.batch_execute("insert into users (years) values (3)").await?;
        Ok(())
    })
}

#[test]
fn a_database_that_has_run_a_part_is_told_which_build_goes_first() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("squash_half").await?;
        // Its contract waits for its gate.
        fixture.runner(&until(&before::HISTORY, "m0003_drop")?).await?.migrate().await?;
        let record = "select count(*) from changeover.migrations";
        let recorded = fixture.count(record).await?;
        for part in [
            "`m0002_rename` is migrated, and has to be contracted",
            "history still has `m0002_rename`",
        ] {
            let mut runner = fixture.runner(&after::HISTORY).await?;
            match runner.migrate().await {
                Err(error)
                    if error.kind() == ErrorKind::TooNew && error.to_string().contains(part) => {}
                other => fail!("{other:?}"),
            }
            if runner.ready(Duration::ZERO).await.is_ok() {
                fail!("it is ready");
            }
        }
        if fixture.count(record).await? != recorded || fixture.count(EVENTS).await? != 0 {
            fail!("something was recorded");
        }
        fixture.runner(&until(&before::HISTORY, "m0003_drop")?).await?.contract().await?;
        fixture.runner(&after::HISTORY).await?.migrate().await?;
        // What the baseline squashed is done, and one behind it is not.
        match fixture.runner(&again::HISTORY).await?.migrate().await {
            Err(error) if error.to_string().contains("`m0004_years` is migrated") => Ok(()),
            other => fail!("{other:?}"),
        }
    })
}
