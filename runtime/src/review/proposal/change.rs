//! What one change means for who reads and writes meanwhile.

use std::time::Duration;

use crate::migration::{
    Behind, Change, Dropped, Effect, KeptPartitions, LockMode, Migration, Migrations, ObjectKind,
    Phase, Removal, Step, Work,
};
use crate::outcome::forecast::{MigrationForecast, StepForecast, TableForecast, Takes};
use crate::review::forecast::makes;
use crate::review::proposal::data::{Gone, ProposedChange, Undo, Waits};

/// Judges a change by what is forecast of it; `is_gate` where only its switch or its contract is proposed.
pub(super) fn judge(
    history: &Migrations,
    migration: &'static Migration,
    change: &'static Change,
    forecast: &MigrationForecast,
    is_gate: bool,
) -> ProposedChange {
    let is_its =
        |step: &&StepForecast| (step.operation, step.subject) == (change.operation, change.subject);
    let steps = || forecast.phases.iter().flat_map(|phase| &phase.steps).filter(is_its);
    let made: Vec<&str> = makes(migration).collect();
    let max_rows = change.steps.iter().find_map(|step| match step.work {
        Work::SizeLimit(limit) => Some(limit.max_rows),
        _ => None,
    });
    let sum = |of: fn(&StepForecast) -> u64| steps().map(of).fold(0, u64::saturating_add);
    let phases: Vec<Phase> = forecast.phases.iter().map(|phase| phase.phase).collect();
    let mut waits = waits(steps(), &made);
    waits.takes = at_most(waits.takes, max_rows);
    ProposedChange {
        operation: change.operation,
        subject: change.subject,
        place: None,
        locks: locks(steps(), &made),
        waits,
        takes: at_most(steps().fold(Takes::Moment, |all, step| all.then(step.takes)), max_rows),
        rows: steps().filter_map(|step| step.rows).max(),
        growth: sum(|step| step.growth),
        wal: sum(|step| step.wal),
        gone: gone(history, migration, change, &phases),
        undo: if is_gate && !phases.contains(&Phase::Switch) {
            Undo::Never
        } else {
            undo(migration, change)
        },
        notes: notes(change, &phases),
        max_rows,
        has_contract: change.steps.iter().any(|step| step.phase == Phase::Contract),
        is_merged: change.steps.is_empty(),
        is_raw: has_effect(change, |effect| *effect == Effect::Unknown),
    }
}

fn has_effect(change: &'static Change, is: impl Fn(&Effect) -> bool) -> bool {
    let statements = change.steps.iter().flat_map(|step| match step.work {
        Work::Transaction(statements) => statements,
        Work::NonTransactional(alone) => std::slice::from_ref(alone.statement),
        _ => &[],
    });
    statements.flat_map(|one| one.effects).any(is)
}

/// How long the one-step form takes at most where nobody knows the table: it refuses a larger one.
fn at_most(takes: Takes, max_rows: Option<u64>) -> Takes {
    /// Rows a second, on a busy server and on a fast one.
    const RATES: (u64, u64) = (20_000, 200_000);
    match (takes, max_rows) {
        (Takes::Unknown, Some(rows)) => {
            let time = |rate: u64| Duration::from_millis(rows.saturating_mul(1000) / rate);
            Takes::About { least: time(RATES.1), most: time(RATES.0), from_past: false }
        }
        _ => takes,
    }
}

/// What clients will notice of it; a change whose statements joined those of another has its notes there.
fn notes(change: &'static Change, phases: &[Phase]) -> Vec<&'static str> {
    let here = change.steps.iter().filter(|step| phases.contains(&step.phase));
    let joined = here.flat_map(|step| match step.work {
        Work::Transaction(statements) => statements,
        _ => &[],
    });
    let joined =
        joined.flat_map(|one| one.why.lines()).filter_map(|one| one.strip_prefix("note: "));
    change.notes.iter().copied().chain(joined).collect()
}

/// The locks of a step that somebody may wait for: nobody knows yet what the migration makes.
fn blocking<'f>(
    step: &'f StepForecast,
    made: &'f [&str],
) -> impl Iterator<Item = &'f TableForecast> {
    let known = step.locks.iter().filter(|lock| !made.contains(&lock.table));
    // A refresh that lets readers through is in nobody's way: no client writes what it refreshes.
    let is_refresh = step.sql.starts_with("refresh ");
    known.filter(move |lock| {
        lock.mode.blocks_clients() && !(is_refresh && lock.mode == LockMode::Exclusive)
    })
}

fn locks<'f>(
    steps: impl Iterator<Item = &'f StepForecast>,
    made: &'f [&str],
) -> Vec<TableForecast> {
    let mut all: Vec<TableForecast> = Vec::new();
    for lock in steps.flat_map(|step| blocking(step, made)) {
        match all.iter_mut().find(|known| known.table == lock.table) {
            Some(known) => known.mode = known.mode.max(lock.mode),
            None => all.push(lock.clone()),
        }
    }
    all.sort_by(|a, b| (b.mode, a.table).cmp(&(a.mode, b.table)));
    all
}

fn waits<'f>(steps: impl Iterator<Item = &'f StepForecast>, made: &[&str]) -> Waits {
    let mut waits = Waits { reads: false, writes: false, takes: Takes::Moment };
    for step in steps {
        let Some(strongest) = blocking(step, made).map(|lock| lock.mode).max() else { continue };
        waits.writes = true;
        waits.reads |= strongest == LockMode::AccessExclusive;
        waits.takes = waits.takes.then(step.takes);
    }
    waits
}

/// What the history had before, and the change takes away.
fn gone(
    history: &Migrations,
    migration: &'static Migration,
    change: &'static Change,
    phases: &[Phase],
) -> Vec<Gone> {
    let steps = migration.changes().iter().flat_map(|change| change.steps);
    let own: Vec<&Dropped> = steps.flat_map(Step::undo_drops).collect();
    let is_own = |one: &Dropped| own.iter().any(|own| (own.name, own.part) == (one.name, one.part));
    let mut all: Vec<Gone> = Vec::new();
    for step in change.steps.iter().filter(|step| phases.contains(&step.phase)) {
        if let Work::Removal(Removal { table, condition, into: None, .. }) = step.work {
            let what = format!("rows of `{}` where `{condition}`", plain(table));
            let is_later = history.declaring(migration.id, step.phase).is_none();
            all.push(Gone { what, phase: step.phase, has_values: true, is_later });
        }
        if let Work::Partitions(KeptPartitions { table, rule: Some(rule), .. }) = step.work
            && let Some(Behind { keep, drops: true }) = rule.behind
        {
            let what =
                format!("each partition of `{}` whose rows are older than {keep}", plain(table));
            all.push(Gone { what, phase: step.phase, has_values: true, is_later: false });
        }
        for one in step.drops().into_iter().filter(|one| !is_own(one)) {
            let has_values = match one.kind {
                ObjectKind::Table => true,
                ObjectKind::Column => !is_carried_over(change, one.name),
                _ => false,
            };
            // A switch puts one in the place of another, and back; and what keeps shapes equal is ours.
            let is_ours = matches!(one.kind, ObjectKind::Trigger | ObjectKind::Function)
                && !change.operation.starts_with("drop_");
            if !has_values && (step.phase == Phase::Switch || is_ours) {
                continue;
            }
            let (what, phase) = (said(one), step.phase);
            let is_later =
                phase >= Phase::Switch && history.declaring(migration.id, phase).is_none();
            if !all.iter().any(|known| known.what == what) {
                all.push(Gone { what, phase, has_values, is_later });
            }
        }
    }
    all.sort_by_key(|gone| !gone.has_values);
    all
}

/// Tells whether the values of a table's old columns stand in new ones by then.
fn is_carried_over(change: &Change, table: &str) -> bool {
    change.steps.iter().any(|step| step.work.walks() == Some(table))
}

fn undo(migration: &Migration, change: &'static Change) -> Undo {
    if migration.baseline.is_some() {
        return Undo::Never;
    }
    // What an older shape keeps until the contract is in both.
    let old: Vec<&Dropped> = change.steps.iter().flat_map(Step::drops).collect();
    let is_kept = |table: &str| {
        let mut columns = old
            .iter()
            .filter(|one| matches!(one.kind, ObjectKind::Column | ObjectKind::ReplacedColumn));
        columns.any(|one| one.name == table)
    };
    let lost = change.makes.iter().filter(|one| match one.kind {
        ObjectKind::Table => !has_effect(change, |effect| matches!(effect, Effect::Renames(_))),
        ObjectKind::Column => !is_kept(one.name),
        _ => false,
    });
    let lost: Vec<String> = lost.map(said).collect();
    let is_undone = change.steps.iter().any(|step| step.undo.is_some());
    let is_last = change.steps.iter().any(|step| step.phase == Phase::Contract);
    match lost.is_empty() {
        false => Undo::Loses(lost),
        // One that is merged is undone with the other.
        true if is_undone || is_last || change.steps.is_empty() => Undo::Whole,
        true => Undo::Leaves,
    }
}

/// An object in Markdown.
fn said(one: &Dropped) -> String {
    let kind = match one.kind {
        ObjectKind::Table => "table",
        ObjectKind::Relation => "relation",
        ObjectKind::Column | ObjectKind::ReplacedColumn => "column",
        ObjectKind::Constraint => "constraint",
        ObjectKind::Trigger => "trigger",
        ObjectKind::Policy => "policy",
        ObjectKind::Function => "function",
        ObjectKind::Type => "type",
        ObjectKind::Schema => "schema",
        ObjectKind::Extension => "extension",
        ObjectKind::Default => "default of",
        ObjectKind::NotNull => "not null of",
        ObjectKind::ReplacedKey => "key",
    };
    let name = plain(one.name);
    let part = if one.part.is_empty() { String::new() } else { format!(".{}", one.part) };
    format!("{kind} `{name}{part}`")
}

/// A name as people say it, where its quotes change nothing: `users` for `"public"."users"`.
pub(super) fn plain(name: &str) -> String {
    let is_plain = |part: &str| {
        let quoted = part.strip_prefix('"').and_then(|part| part.strip_suffix('"'));
        let simple = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        quoted.is_some_and(|part| !part.is_empty() && part.chars().all(simple))
    };
    if !name.split('.').all(is_plain) {
        return name.to_owned();
    }
    let bare = name.replace('"', "");
    bare.strip_prefix("public.").map(str::to_owned).unwrap_or(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_quotes_where_they_mean_something() {
        for (name, expected) in [
            (r#""public"."users""#, "users"),
            (r#""audit"."users""#, "audit.users"),
            (r#""public"."Users""#, r#""public"."Users""#),
            (r#""public"."a.b""#, r#""public"."a.b""#),
            (r#""public"."f"(integer)"#, r#""public"."f"(integer)"#),
        ] {
            assert_eq!(plain(name), expected);
        }
    }
}
