//! What is worth an eye.

use std::path::Path;
use std::time::Duration;

use super::branch::Branch;
use super::change::plain;
use super::data::{Concern, Level, Place, ProposedChange, ProposedMigration, SizesFrom};
use super::place::Places;
use super::rules::{self, Rule};
use crate::migration::Migrations;
use crate::outcome::finding::{Findings, Severity};
use crate::outcome::forecast::{Forecast, Takes};
use crate::review::files::differences;
use crate::review::sql::render;
use crate::session::shown::on_one_line;

/// From where on a change takes long, and very long.
const LONG: Duration = Duration::from_mins(10);
const VERY_LONG: Duration = Duration::from_hours(2);

fn concern(rule: &Rule, level: Level, what: String, place: Place, key: &str) -> Concern {
    let (rule, help) = (rule.id.to_owned(), format!("{}.", rule.help));
    Concern { rule, level, what, help, place, key: key.to_owned() }
}

/// What changes do.
pub(super) fn of_changes(migrations: &[ProposedMigration], places: &Places<'_>) -> Vec<Concern> {
    let mut all = Vec::new();
    for migration in migrations {
        for change in &migration.changes {
            let place = change.place.clone().unwrap_or_else(|| places.file(migration.id));
            all.extend(of_change(migration.id, change, &place));
        }
    }
    all
}

fn of_change(id: &str, change: &ProposedChange, place: &Place) -> Vec<Concern> {
    let key = format!("{id} {}!({})", change.operation, change.subject);
    let name = format!("`{}!` of `{id}`", change.operation);
    let mut all = Vec::new();
    let mut say = |rule, level, what| {
        all.push(concern(rule, level, what, place.clone(), &key));
    };
    for later in [false, true] {
        let gone = change.gone.iter().filter(|gone| gone.has_values && gone.is_later == later);
        let gone: Vec<_> = gone.collect();
        let Some(first) = gone.first() else { continue };
        let what: Vec<&str> = gone.iter().map(|gone| gone.what.as_str()).collect();
        let (what, phase) = (what.join(", "), first.phase);
        if later {
            let what = format!(
                "{name}: {what} is to go with what is in it, in the {phase}, which a later migration has \
                 to let run: not with this one."
            );
            say(&rules::DESTRUCTIVE, Level::Note, what);
        } else {
            let what = format!("{name}: {what} goes for good with what is in it, in the {phase}.");
            say(&rules::DESTRUCTIVE, Level::Warning, what);
        }
    }
    if let (Some(rows), Some(most)) = (change.rows, change.max_rows)
        && rows > most
    {
        let what =
            format!("{name} is `direct` for at most {most} rows, and there are about {rows}.");
        say(&rules::TOO_LARGE, Level::Error, what);
    } else if change.waits.is_long() {
        let tables: Vec<String> =
            change.locks.iter().map(|lock| format!("`{}`", plain(lock.table))).collect();
        let what = format!("{name}: {} (clients of {}).", change.waits, tables.join(", "));
        say(&rules::BLOCKS_CLIENTS, Level::Warning, what);
    }
    if change.is_raw {
        say(&rules::RAW_SQL, Level::Note, format!("{name} is SQL that is not planned by a macro."));
    }
    if let Takes::About { most, .. } = change.takes
        && most >= LONG
    {
        let level = if most >= VERY_LONG { Level::Warning } else { Level::Note };
        say(&rules::TAKES_LONG, level, format!("{name} takes {}.", change.takes));
    }
    all
}

/// What a branch does to migrations that others may have run.
pub(super) fn of_branch(
    history: &Migrations,
    branch: &Branch,
    places: &Places<'_>,
    since: &str,
) -> Vec<Concern> {
    let since = on_one_line(since);
    let mut all = Vec::new();
    for id in &branch.edited {
        let now = history.get(id).map(render);
        let is_same = now.is_some() && branch.review_file(&places.review_file(id)) == now;
        let (level, what) = if is_same {
            (Level::Note, format!("`{id}` is edited, and its plan is what it was in `{since}`."))
        } else {
            let may = "a database may have run it already";
            (Level::Error, format!("`{id}` is edited, which `{since}` has: {may}."))
        };
        all.push(known(concern(&rules::EDITED, level, what, places.file(id), id)));
    }
    for id in &branch.removed {
        let (level, what) = match history.squashed_into(id) {
            Some(by) => (Level::Note, format!("`{id}` is squashed into `{}`.", by.id)),
            None => (
                Level::Error,
                format!(
                    "`{id}` is removed, which `{since}` has: a database may have run it already."
                ),
            ),
        };
        all.push(known(concern(&rules::EDITED, level, what, places.list(), id)));
    }
    for id in branch.added.iter().filter(|id| history.get(id).is_none()) {
        let what =
            format!("`{id}` has a file, and the history that this binary has does not know it.");
        all.push(concern(&rules::UNLISTED, Level::Error, what, places.file(id), id));
    }
    for migration in history.migrations.iter().filter(|one| !places.has(one.id)) {
        let id = migration.id;
        let what =
            format!("`{id}` has no file, so that nobody can tell whether the branch adds it.");
        all.push(concern(&rules::NO_FILE, Level::Warning, what, places.list(), id));
    }
    for id in &branch.ahead {
        let what = format!("`{since}` has got `{id}` since this branch left it.");
        all.push(concern(&rules::BEHIND, Level::Warning, what, places.list(), id));
    }
    all
}

/// What is no more than a note asks for nothing.
fn known(concern: Concern) -> Concern {
    match concern.level {
        Level::Note => Concern {
            help: "nothing: a database that has run it takes it for the same.".to_owned(),
            ..concern
        },
        _ => concern,
    }
}

/// Review files that do not show the plans.
pub(super) fn of_files(history: &Migrations, folder: &Path, places: &Places<'_>) -> Vec<Concern> {
    if !folder.is_dir() {
        if !places.is_source() {
            return Vec::new();
        }
        let name = places.of(folder);
        let what = format!("There are no review files: `{name}` is no folder.");
        return vec![concern(&rules::REVIEW_FILE, Level::Note, what, places.list(), &name)];
    }
    let found = differences(history, folder).into_iter().map(|found| {
        let file = places.of(&found.path);
        let what = format!("`{file}` {}.", found.problem);
        // Nothing is shown at a file that is not there.
        let id = found.path.file_stem().and_then(|id| id.to_str()).unwrap_or_default();
        let place = if found.path.is_file() {
            Place { file: file.clone(), line: 1 }
        } else {
            places.file(id)
        };
        concern(&rules::REVIEW_FILE, Level::Warning, what, place, &file)
    });
    found.collect()
}

/// What was found in a database.
pub(super) fn of_database(
    forecast: &Forecast,
    migrations: &[ProposedMigration],
    places: &Places<'_>,
) -> Vec<Concern> {
    let mut all = Vec::new();
    let own = |one: &&ProposedMigration| one.declared_by.is_none() && !one.changes.is_empty();
    for migration in migrations.iter().filter(own) {
        if !forecast.migrations.iter().any(|left| left.id == migration.id) {
            let what = format!("`{}` has run in that database already.", migration.id);
            let place = places.file(migration.id);
            all.push(concern(&rules::HAS_RUN, Level::Warning, what, place, migration.id));
        }
    }
    for right in &forecast.missing_rights {
        let (what, place) = (format!("{right}."), places.list());
        all.push(concern(&rules::MISSING_RIGHT, Level::Warning, what, place, right));
    }
    let found = forecast.findings.iter().flat_map(|Findings(all)| all);
    for finding in found.filter(|one| migrations.iter().any(|known| known.id == one.migration)) {
        let level = match finding.severity {
            Severity::Ignore => continue,
            Severity::Warn | Severity::Wait => Level::Warning,
            Severity::Fatal => Level::Error,
        };
        let (id, phase) = (&finding.migration, finding.phase);
        let key = format!("{id} {phase} {}", finding.what);
        let what = format!("`{id}`, {phase}: {} – {}.", finding.what, finding.effect);
        let mut one = concern(&rules::PREFLIGHT, level, what, places.file(id), &key);
        one.rule = format!("preflight-{}", dashed(&format!("{:?}", finding.check)));
        one.help = format!("{}.", finding.help);
        all.push(one);
    }
    all
}

/// What the sizes are worth.
pub(super) fn of_sizes(
    sizes: &SizesFrom,
    file: Option<&Path>,
    places: &Places<'_>,
) -> Option<Concern> {
    let SizesFrom::File { taken_at, is_old: true, .. } = sizes else { return None };
    let day = taken_at.split('T').next().unwrap_or_default();
    let what = format!("The sizes are of {}: tables may have grown since.", on_one_line(day));
    let place = match file {
        Some(file) => Place { file: places.of(file), line: 1 },
        None => places.list(),
    };
    Some(concern(&rules::OLD_STATISTICS, Level::Note, what, place, "statistics"))
}

/// `OldTransaction` as `old-transaction`.
fn dashed(name: &str) -> String {
    let mut dashed = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !dashed.is_empty() {
            dashed.push('-');
        }
        dashed.push(c.to_ascii_lowercase());
    }
    dashed
}
