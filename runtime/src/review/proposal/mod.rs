//! What the reviewer of a pull request has to know: what is made of the plans (`change`, `concerns`), of
//! the branch and the source (`branch`, `place`), as a comment (`page`) and for programs (`formats`).

mod branch;
mod change;
mod concerns;
mod data;
mod formats;
mod page;
mod place;
mod rules;
mod verdict;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use self::branch::Branch;
pub use self::branch::ProposalError;
pub use self::data::{
    Concern, Gone, Level, Place, Proposal, ProposedChange, ProposedMigration, SizesFrom, Undo,
    Waits,
};
use self::place::Places;
use crate::migration::{Migration, Migrations, Phase};
use crate::outcome::forecast::{Forecast, MigrationForecast};
use crate::review::deploys::deploys;
use crate::review::forecast::scene::Scene;
use crate::review::forecast::statistics::Statistics;
use crate::review::forecast::{makes, one};
use crate::review::sql::render;

/// From when on statistics are old: tables grow.
const OLD: Duration = Duration::from_hours(4 * 7 * 24);

/// What a proposal goes by.
///
/// ```
/// use changeover::review::Grounds;
///
/// let grounds = Grounds { since: Some("origin/main".to_owned()), ..Grounds::default() };
/// assert_eq!(grounds.migrations.to_str(), Some("src/migrations"));
/// ```
#[derive(Debug, Clone)]
pub struct Grounds {
    /// The folder of the migrations' source files; `src/migrations` by default.
    pub migrations: PathBuf,
    /// The folder of the review files; `src/migrations/sql` by default.
    pub review_files: PathBuf,
    /// The revision of git that the branch is to be merged into: what the branch adds is proposed. None
    /// for all that the forecast has pending, or else for the whole history.
    pub since: Option<String>,
    /// The sizes of tables, where there is no forecast.
    pub statistics: Option<Statistics>,
    /// The file that they are of, by which it can be found.
    pub statistics_file: Option<PathBuf>,
    /// What a database has before it.
    pub forecast: Option<Forecast>,
    /// By when statistics are old or not.
    pub now: SystemTime,
}

impl Default for Grounds {
    fn default() -> Grounds {
        Grounds {
            migrations: PathBuf::from("src/migrations"),
            review_files: PathBuf::from("src/migrations/sql"),
            since: None,
            statistics: None,
            statistics_file: None,
            forecast: None,
            now: SystemTime::now(),
        }
    }
}

/// Makes a [`Proposal`]: what the migrations of a branch do to clients, how long they take, what is gone
/// for good, what to deploy in which order, and what is worth an eye. It reads source files, and asks
/// `git` where [`Grounds::since`] is said; it opens no database.
///
/// An error says that git does not know the revision, or that there is no repository.
///
/// ```no_run
/// use changeover::review::{self, Grounds};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # fn main() -> Result<(), review::ProposalError> {
/// let grounds = Grounds { since: Some("origin/main".to_owned()), ..Grounds::default() };
/// let proposal = review::proposal(&MIGRATIONS, &grounds)?;
/// println!("{}", proposal.to_markdown());
/// # Ok(())
/// # }
/// ```
pub fn proposal(history: &Migrations, grounds: &Grounds) -> Result<Proposal, ProposalError> {
    let places = Places::new(&grounds.migrations, &grounds.review_files);
    let since = grounds.since.as_deref();
    let branch = since.map(|rev| Branch::read(&grounds.migrations, rev)).transpose()?;
    let told = told(history, grounds, &selected(history, grounds, branch.as_ref()));
    let migrations: Vec<ProposedMigration> =
        told.iter().map(|one| proposed(history, &places, one)).collect();
    let sizes = sizes_from(grounds);
    let mut concerns = Vec::new();
    if let (Some(branch), Some(since)) = (&branch, since) {
        concerns.extend(concerns::of_branch(history, branch, &places, since));
    }
    concerns.extend(concerns::of_changes(&migrations, &places));
    if let Some(forecast) = &grounds.forecast {
        concerns.extend(concerns::of_database(forecast, &migrations, &places));
    }
    concerns.extend(concerns::of_files(history, &grounds.review_files, &places));
    concerns.extend(concerns::of_sizes(&sizes, grounds.statistics_file.as_deref(), &places));
    concerns.sort_by_key(|concern| std::cmp::Reverse(concern.level));
    let forecasts: Vec<&MigrationForecast> = told.iter().map(|one| &one.forecast).collect();
    let deploys = deploys(history, &forecasts);
    let verdict = verdict::verdict(&migrations);
    Ok(Proposal { verdict, sizes, concerns, migrations, deploys })
}

/// A migration that is proposed, with what is forecast of it.
struct Told {
    migration: &'static Migration,
    declared_by: Option<&'static str>,
    forecast: MigrationForecast,
}

fn selected(
    history: &Migrations,
    grounds: &Grounds,
    branch: Option<&Branch>,
) -> Vec<&'static Migration> {
    let pending = grounds.forecast.as_ref().map(|forecast| &forecast.migrations);
    let is_selected = |migration: &&&'static Migration| match (branch, pending) {
        (Some(branch), _) => branch.added.contains(migration.id),
        (None, Some(pending)) => {
            let has = |id: &str, phase: Option<Phase>| {
                let left = pending.iter().find(|left| left.id == id);
                left.is_some_and(|left| {
                    phase.is_none_or(|gate| left.phases.iter().any(|one| one.phase == gate))
                })
            };
            // One without changes of its own is there for the gates that it opens.
            let opens = || lets_run(history, migration);
            has(migration.id, None) || opens().iter().any(|(phase, id)| has(id, Some(*phase)))
        }
        (None, None) => true,
    };
    history.migrations.iter().filter(is_selected).copied().collect()
}

/// Each of them, behind those of before whose switch or contract they let run.
fn told(history: &Migrations, grounds: &Grounds, selected: &[&'static Migration]) -> Vec<Told> {
    let nothing = Statistics::default();
    let statistics = grounds.statistics.as_ref().unwrap_or(&nothing);
    let together: BTreeSet<&str> = selected.iter().flat_map(|one| makes(one)).collect();
    let forecast = |migration: &'static Migration| {
        let known = grounds.forecast.iter().flat_map(|forecast| &forecast.migrations);
        let known = known.into_iter().find(|known| known.id == migration.id).cloned();
        let alone = || makes(migration).collect();
        let new = || if grounds.since.is_some() { together.clone() } else { alone() };
        known.unwrap_or_else(|| one(migration, &Scene::of(statistics, new())))
    };
    let mut all = Vec::new();
    for migration in selected {
        for id in [migration.switches, migration.contracts].concat() {
            let Some(older) = history.get(id) else { continue };
            if selected.iter().any(|one| one.id == id)
                || all.iter().any(|one: &Told| one.migration.id == id)
            {
                continue;
            }
            let mut forecast = forecast(older);
            let by = |phase| history.declaring(id, phase).map(|by| by.id);
            forecast.phases.retain(|left| {
                left.phase >= Phase::Switch
                    && by(left.phase).is_some_and(|by| selected.iter().any(|one| one.id == by))
            });
            if !forecast.phases.is_empty() {
                all.push(Told { migration: older, declared_by: Some(migration.id), forecast });
            }
        }
        all.push(Told { migration, declared_by: None, forecast: forecast(migration) });
    }
    all
}

fn proposed(history: &Migrations, places: &Places<'_>, told: &Told) -> ProposedMigration {
    let Told { migration, declared_by, forecast } = told;
    let phases: Vec<Phase> = forecast.phases.iter().map(|phase| phase.phase).collect();
    let mut changes = Vec::new();
    for (index, change) in migration.changes().iter().enumerate() {
        let is_here = change.steps.iter().any(|step| phases.contains(&step.phase));
        let is_merged = change.steps.is_empty() && declared_by.is_none();
        if !(is_here || is_merged) {
            continue;
        }
        let before = migration.changes()[..index].iter();
        let same = before.filter(|one| one.operation == change.operation).count();
        let judged = change::judge(history, migration, change, forecast, declared_by.is_some());
        let place = places.call(migration.id, change.operation, change.subject, same);
        changes.push(ProposedChange { place, ..judged });
    }
    let undo = match declared_by {
        Some(_) if phases == [Phase::Contract] => {
            "none once its contract has begun: what it drops is gone".to_owned()
        }
        _ => forecast.undo.clone(),
    };
    ProposedMigration {
        id: migration.id,
        doc: migration.doc.trim(),
        declared_by: *declared_by,
        lets_run: lets_run(history, migration),
        phases: forecast.phases.iter().map(|phase| (phase.phase, phase.takes())).collect(),
        changes,
        undo,
        review_file: places.of(&places.review_file(migration.id)),
        sql: render(migration),
    }
}

/// The gates that a migration opens.
fn lets_run(history: &Migrations, migration: &Migration) -> Vec<(Phase, &'static str)> {
    let all = [migration.switches, migration.contracts].concat().into_iter();
    let all = all.filter_map(|id| history.get(id));
    let gates = all.flat_map(|other| {
        [(other.has_switch(), Phase::Switch), (other.has_contract(), Phase::Contract)]
            .into_iter()
            .filter(|(has, _)| *has)
            .map(|(_, phase)| (phase, other.id))
    });
    let opens = |(phase, id): &(Phase, &str)| {
        history.declaring(id, *phase).is_some_and(|by| by.id == migration.id)
    };
    gates.filter(opens).collect()
}

fn sizes_from(grounds: &Grounds) -> SizesFrom {
    if grounds.forecast.is_some() {
        return SizesFrom::Database;
    }
    let Some(statistics) = &grounds.statistics else { return SizesFrom::Nowhere };
    SizesFrom::File {
        taken_at: statistics.taken_at.clone(),
        server_version: statistics.server_version,
        is_old: statistics.age(grounds.now).is_some_and(|age| age > OLD),
    }
}
