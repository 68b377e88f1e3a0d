//! What is made of the plans of operations: who waits, what is gone, and what an undo gives back.

use std::path::PathBuf;

use changeover::review::{self, Grounds, Level, Proposal, ProposedChange, Statistics, Undo};
use changeover_tests::{Failure, fail, ops};

use super::repository::STATISTICS;
use crate::command_line::process::failure;

/// The proposal of an operation's history, and the changes of its second migration; none where only
/// others are compiled.
fn judged(name: &str) -> Result<Option<(Proposal, Vec<ProposedChange>)>, Failure> {
    let Some((_, scenario)) = ops::ALL.iter().find(|(known, _)| *known == name) else {
        return Ok(None);
    };
    let grounds = Grounds {
        migrations: PathBuf::from("nowhere"),
        review_files: PathBuf::from("nowhere"),
        statistics: Some(Statistics::from_json(STATISTICS).map_err(failure)?),
        ..Grounds::default()
    };
    let proposal = review::proposal(scenario().history(), &grounds).map_err(failure)?;
    let all = proposal.migrations.iter().filter(|migration| migration.id == "m0002_change");
    let changes = all.flat_map(|migration| migration.changes.clone()).collect();
    Ok(Some((proposal, changes)))
}

fn has(proposal: &Proposal, rule: &str, level: Level) -> bool {
    proposal.concerns.iter().any(|one| one.rule == rule && one.level == level)
}

#[test]
fn what_is_gone_for_good_is_said_and_what_lives_on_is_not() -> Result<(), Failure> {
    if let Some((proposal, changes)) = judged("drop_column")? {
        let gone = changes
            .iter()
            .flat_map(|change| &change.gone)
            .any(|gone| gone.what == "column `users.legacy`" && gone.has_values && !gone.is_later);
        if !gone || !has(&proposal, "destructive", Level::Warning) {
            fail!("{}", proposal.to_markdown());
        }
        if !proposal.verdict.contains("**for good goes column `users.legacy`**") {
            fail!("{}", proposal.verdict);
        }
    }
    for name in ["rename_column", "change_type", "split_column", "rename_table", "drop_index"] {
        let Some((proposal, changes)) = judged(name)? else { continue };
        let lost = changes.iter().flat_map(|change| &change.gone).any(|gone| gone.has_values);
        let loses = changes.iter().any(|change| matches!(change.undo, Undo::Loses(_)));
        if lost || loses || proposal.concerns.iter().any(|one| one.rule == "destructive") {
            fail!("{name}: {}", proposal.to_markdown());
        }
    }
    Ok(())
}

#[test]
fn an_undo_that_loses_values_says_of_what_each_change_its_own() -> Result<(), Failure> {
    let Some((_, changes)) = judged("add_column")? else { return Ok(()) };
    for change in &changes {
        let own = change.subject.split(':').next().unwrap_or_default();
        let expected = Undo::Loses(vec![format!("column `{own}`")]);
        if change.undo != expected {
            fail!("{}: {:?}", change.subject, change.undo);
        }
    }
    Ok(())
}

#[test]
fn a_one_step_form_on_a_large_table_stops_the_reviewer() -> Result<(), Failure> {
    if let Some((proposal, changes)) = judged("set_logged")? {
        let long = changes.iter().filter(|change| change.waits.is_long() && change.waits.reads);
        if long.count() != 1 || !has(&proposal, "too-large", Level::Error) {
            fail!("{}", proposal.to_markdown());
        }
    }
    // A table whose size nobody knows has at most so many rows.
    if let Some((proposal, _)) = judged("add_exclusion")?
        && proposal.concerns.iter().any(|one| one.rule == "blocks-clients")
    {
        fail!("{}", proposal.to_markdown());
    }
    Ok(())
}

#[test]
fn nobody_waits_for_what_is_built_beside_and_of_raw_sql_nothing_is_promised() -> Result<(), Failure>
{
    if let Some((proposal, changes)) = judged("add_index")?
        && changes.iter().any(|change| change.waits.writes || !change.locks.is_empty())
    {
        fail!("{}", proposal.to_markdown());
    }
    if let Some((proposal, _)) = judged("sql")? {
        let is_promised = proposal.verdict.contains("no value is lost,")
            && !proposal.verdict.contains("raw SQL to read");
        if is_promised || !has(&proposal, "raw-sql", Level::Note) {
            fail!("{}", proposal.to_markdown());
        }
    }
    Ok(())
}

/// Whatever is proposed, all of it fits where it is to stand.
#[test]
fn the_comment_of_each_history_fits() -> Result<(), Failure> {
    for (name, _) in ops::ALL {
        let Some((proposal, _)) = judged(name)? else { continue };
        let text = proposal.to_markdown();
        if text.chars().count() > 65_536 || !text.starts_with("<!-- changeover -->\n") {
            fail!("{name}: {} characters", text.chars().count());
        }
        for row in text.lines().filter(|line| line.starts_with("| ")) {
            if row.replace("\\|", "").matches('|').count() != 10 {
                fail!("{name}: {row}");
            }
        }
    }
    Ok(())
}
