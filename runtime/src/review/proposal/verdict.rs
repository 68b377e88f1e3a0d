//! The whole in one sentence.

use super::change::plain;
use super::data::{ProposedChange, ProposedMigration, Undo};
use crate::migration::Phase;
use crate::outcome::forecast::Takes;

/// Says who waits, how long it takes, what is gone, and whether there is a way back.
pub(super) fn verdict(migrations: &[ProposedMigration]) -> String {
    let changes: Vec<&ProposedChange> =
        migrations.iter().flat_map(|migration| &migration.changes).collect();
    if changes.is_empty() {
        return "No migration is added, and the database is not changed.".to_owned();
    }
    format!("{}; {}; {}.", waits(&changes), takes(migrations), ends(migrations, &changes))
}

fn waits(changes: &[&ProposedChange]) -> String {
    let tables = |of: &[&&ProposedChange]| {
        let mut tables: Vec<String> = of
            .iter()
            .flat_map(|change| &change.locks)
            .map(|lock| format!("`{}`", plain(lock.table)))
            .collect();
        tables.sort();
        tables.dedup();
        several(&tables)
    };
    let long: Vec<&&ProposedChange> =
        changes.iter().filter(|change| change.waits.is_long()).collect();
    if long.is_empty() {
        let brief: Vec<&&ProposedChange> =
            changes.iter().filter(|change| change.waits.writes).collect();
        if brief.is_empty() {
            return "Nobody waits".to_owned();
        }
        return format!("Clients of {} wait for moments at most", tables(&brief));
    }
    let together = long.iter().fold(Takes::Moment, |all, change| all.then(change.waits.takes));
    let how_long = match together {
        Takes::Unknown => "as long as it takes, which nobody knows without sizes".to_owned(),
        takes => takes.to_string(),
    };
    format!("**Clients of {} wait for {how_long}**", tables(&long))
}

fn takes(migrations: &[ProposedMigration]) -> String {
    let phases = || migrations.iter().flat_map(|migration| &migration.phases);
    let before = phases().filter(|(phase, _)| *phase < Phase::Background);
    match before.fold(Takes::Moment, |all, (_, takes)| all.then(*takes)) {
        _ if phases().next().is_none() => "there is nothing to run".to_owned(),
        Takes::Unknown => "how long it takes is not known, because a size is not".to_owned(),
        Takes::Moment => "new builds can be deployed at once".to_owned(),
        takes => format!("new builds can be deployed after {takes}"),
    }
}

fn ends(migrations: &[ProposedMigration], changes: &[&ProposedChange]) -> String {
    let gone = || changes.iter().flat_map(|change| &change.gone).filter(|gone| gone.has_values);
    let now: Vec<String> =
        gone().filter(|gone| !gone.is_later).map(|one| one.what.clone()).collect();
    if !now.is_empty() {
        return format!("**for good goes {}**", several(&now));
    }
    let lost = match gone().next() {
        Some(_) => "values go only with a later contract",
        None if changes.iter().any(|change| change.is_raw) => {
            "no value is lost as far as macros can tell, and there is raw SQL to read"
        }
        None => "no value is lost",
    };
    let is = |undo: fn(&Undo) -> bool| changes.iter().any(|change| undo(&change.undo));
    let has_contract = changes.iter().any(|change| change.has_contract);
    let until = if has_contract { " until its contract" } else { "" };
    if migrations.iter().any(|migration| migration.declared_by.is_some()) {
        return format!("{lost}, but what its contract takes away has no way back");
    }
    if is(|undo| *undo == Undo::Never) {
        return format!("{lost}, but it cannot be undone");
    }
    if is(|undo| matches!(undo, Undo::Loses(_))) {
        return format!(
            "{lost}, and it can be undone{until}, without what is written to what is new by then"
        );
    }
    format!("{lost}, and it can be undone{until}")
}

/// At most three of them by name.
fn several(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [first, second] => format!("{first} and {second}"),
        [first, second, third] => format!("{first}, {second} and {third}"),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    }
}
