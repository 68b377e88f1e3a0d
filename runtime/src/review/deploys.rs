//! In which order builds are deployed and commands called around migrations.

use std::fmt;

use crate::migration::{Migration, Migrations, Phase};
use crate::outcome::forecast::MigrationForecast;

/// One thing to do or to wait for; in the order in which `review::Proposal` has them.
/// Its [`Display`](fmt::Display) is a sentence of Markdown.
///
/// ```
/// use changeover::review::Deploy;
///
/// let deploy = Deploy::Build { head: "m0002_rename" };
/// assert!(deploy.to_string().starts_with("Deploy the builds that were compiled with `m0002_rename`"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deploy {
    /// A migration cannot start before the contract of another has run.
    Needs {
        /// The migration that waits.
        migration: &'static str,
        /// Whose contract it waits for.
        contract: &'static str,
    },
    /// `up` is called, before the roll-out.
    Up {
        /// The last migration that its build has.
        head: &'static str,
    },
    /// Builds with the migrations are rolled out.
    Build {
        /// The last migration that they have.
        head: &'static str,
    },
    /// What is left to the background goes on.
    Background {
        /// The migrations that have some of it.
        migrations: Vec<&'static str>,
    },
    /// A switch or a contract runs.
    Gate {
        /// Whose.
        migration: &'static str,
        /// Which of the two.
        phase: Phase,
        /// The migration that lets it run; none where no migration of the history does.
        by: Option<&'static str>,
    },
}

impl fmt::Display for Deploy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Deploy::Needs { migration, contract } => write!(
                f,
                "Wait: `{migration}` starts only when the contract of `{contract}` has run, and `up` \
                 stops there until then."
            ),
            Deploy::Up { head } => write!(
                f,
                "`up`, with a build whose history has `{head}`. Older builds go on; newer ones may \
                 serve once it has ended."
            ),
            Deploy::Build { head } => write!(
                f,
                "Deploy the builds that were compiled with `{head}`, one instance after the other."
            ),
            Deploy::Background { .. } => f.write_str(
                "The background goes on with an instance that holds a lease, or with `up` once more: no \
                 deploy waits for it, and `status` says when it is done.",
            ),
            Deploy::Gate { migration, phase, by: Some(by) } => write!(
                f,
                "The {phase} of `{migration}` runs with `{by}`, when no instance lives any more whose \
                 build was compiled without it: `gates` says which do."
            ),
            Deploy::Gate { migration, phase, by: None } => write!(
                f,
                "The {phase} of `{migration}` is for later: a migration has to say \
                 `{phase}!({migration})` first."
            ),
        }
    }
}

/// Returns what is to be done for what is left of these migrations.
pub(crate) fn deploys(history: &Migrations, migrations: &[&MigrationForecast]) -> Vec<Deploy> {
    let known: Vec<(&Migration, &MigrationForecast)> =
        migrations.iter().filter_map(|one| Some((history.get(&one.id)?, *one))).collect();
    let has = |one: &MigrationForecast, phase| one.phases.iter().any(|left| left.phase == phase);
    let of =
        |phase| known.iter().filter(move |(_, one)| has(one, phase)).map(|(known, _)| known.id);
    let mut all = Vec::new();
    for (migration, _) in &known {
        let needs = migration.requires.iter();
        all.extend(needs.map(|contract| Deploy::Needs { migration: migration.id, contract }));
    }
    let begun = known.iter().rev().find(|(_, one)| {
        one.phases.is_empty() || has(one, Phase::Expand) || has(one, Phase::Migrate)
    });
    if let Some((Migration { id: head, .. }, _)) = begun {
        all.extend([Deploy::Up { head }, Deploy::Build { head }]);
    }
    let background: Vec<&'static str> = of(Phase::Background).collect();
    if !background.is_empty() {
        all.push(Deploy::Background { migrations: background });
    }
    for (migration, one) in &known {
        for phase in [Phase::Switch, Phase::Contract].into_iter().filter(|phase| has(one, *phase)) {
            let by = history.declaring(migration.id, phase).map(|by| by.id);
            all.push(Deploy::Gate { migration: migration.id, phase, by });
        }
    }
    all
}
