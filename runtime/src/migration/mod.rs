//! The plain data that the macros fill: what a history is, and what each migration will do.
//!
//! Everything here is `'static` and fixed when the service is compiled; nothing of a plan is
//! decided while it runs. The macros write a plan as one text, so a field added here is a line in
//! `packed` and in `macros/src/emit/packed.rs`.

mod change;
mod digest;
mod footprint;
pub(crate) mod function;
#[cfg(feature = "sea-query")]
pub(crate) mod iden;
#[cfg(test)]
pub(crate) mod mock;
pub(crate) mod packed;
mod phase;
mod squashed;
pub(crate) mod text;
mod work;

pub use self::change::*;
pub use self::footprint::*;
pub use self::function::{ConvertFn, Converting, converting};
pub use self::packed::Plan;
pub use self::phase::Phase;
pub use self::squashed::Squashed;
use self::squashed::{last_squashed, squashed_places};
pub use self::work::*;

/// A linear history of migrations, declared with [`migrations!`](crate::migrations).
///
/// ```
/// use changeover::review;
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # fn main() {
/// for migration in MIGRATIONS.migrations {
///     println!("{}", review::render(migration));
/// }
/// assert_eq!(MIGRATIONS.head().map(|head| head.id), Some("m0001_users"));
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    /// The migrations, the oldest first; each is the parent of the next.
    pub migrations: &'static [&'static Migration],
    /// The statements that build, from nothing, the schema that the history ends in.
    ///
    /// They hold the compiler's model of the schema: run in an empty database they give the
    /// catalogs that a database has after the whole history, declared contracts included.
    pub schema: &'static [&'static str],
    /// The names of the schemas that `schema` makes, and of all that stands in one of its own right:
    /// tables with their partitions, views, sequences, types, functions (without their arguments), and
    /// what `sql!` makes, other than operators. Each is quoted and qualified, `"public"."users"`, as the
    /// statements have it, and is there once.
    pub names: &'static [&'static str],
}

impl Migrations {
    /// The migration with this id.
    pub fn get(&self, id: &str) -> Option<&'static Migration> {
        self.migrations.iter().copied().find(|migration| migration.id == id)
    }

    /// Returns where a migration stands in the history, counted from 0. Each that was squashed
    /// keeps its place, so that a place means the same to builds from before and after.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        let mut places = 0;
        for migration in self.migrations {
            places += squashed_places(migration.squashes()).max(1);
            if migration.id == id {
                return Some(places - 1);
            }
        }
        None
    }

    /// The migration that has taken the place of this one, which was squashed.
    pub(crate) fn squashed_into(&self, id: &str) -> Option<&'static Migration> {
        let has = |migration: &&&Migration| migration.squashes().iter().any(|one| one.names(id));
        self.migrations.iter().find(has).copied()
    }

    /// The parent of a migration as databases remember it: what a baseline has squashed is called there
    /// as builds from before call it.
    pub(crate) fn remembered_parent(&self, migration: &Migration) -> Option<&'static str> {
        let parent = migration.parent?;
        let squashes = self.get(parent).map_or(&[][..], Migration::squashes);
        Some(last_squashed(squashes).unwrap_or(parent))
    }

    /// The first migration that lets the switch or the contract of this one run.
    pub(crate) fn declaring(&self, id: &str, phase: Phase) -> Option<&'static Migration> {
        let declares = |by: &&&Migration| {
            let switches = if phase == Phase::Switch { by.switches } else { &[] };
            by.contracts.contains(&id) || switches.contains(&id)
        };
        self.migrations.iter().find(declares).copied()
    }

    /// The last migration: what this build of the service was compiled with.
    pub fn head(&self) -> Option<&'static Migration> {
        self.migrations.last().copied()
    }

    /// The history up to and including a migration, as an older build would have it; none if it
    /// has no such migration. Its `schema` and its `names` are empty, unless that is its last one, or
    /// the last of several baselines in a row; so a cut between those adopts nothing.
    pub fn until(&self, id: &str) -> Option<Migrations> {
        let last = self.migrations.iter().position(|migration| migration.id == id)?;
        let whole = self.whole_after(last).unwrap_or(Whole { schema: &[], names: &[] });
        let migrations = self.migrations.get(..=last)?;
        Some(Migrations { migrations, schema: whole.schema, names: whole.names })
    }

    /// Returns what builds the schema after the migration at this place of the list, where that is
    /// known.
    pub(crate) fn whole_after(&self, at: usize) -> Option<Whole> {
        match self.migrations.get(at + 1) {
            Some(next) => next.before.copied(),
            None => Some(Whole { schema: self.schema, names: self.names }),
        }
    }
}

/// One migration: an ordered list of changes, declared with [`migration!`](crate::migration!).
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The name of the module that declares it.
    pub id: &'static str,
    /// The id of the migration that it follows; none for the first.
    pub parent: Option<&'static str>,
    /// The doc comments of its changes' authors, for the review file.
    pub doc: &'static str,
    /// What it does; see [`changes`](Migration::changes).
    pub plan: Plan,
    /// The migrations whose switch this one declares with `switch!`.
    pub switches: &'static [&'static str],
    /// The migrations whose contract this one declares with `contract!`.
    pub contracts: &'static [&'static str],
    /// The migrations whose contract must have run before this one can start, because it needs
    /// a name that they hold until then.
    pub requires: &'static [&'static str],
    /// Where it begins with `baseline`: what it makes may be there already.
    pub baseline: Option<&'static Baseline>,
    /// Where it is the first behind baselines: what builds the schema that they end in. It stands here
    /// once, however many they are.
    pub before: Option<&'static Whole>,
    /// The version of the wording of plans: a release of the macros that words the plan of any
    /// change otherwise than the one before has a higher one, so that what is complete is not taken
    /// for edited.
    pub plan_version: u32,
    /// Stands for the shape of the schema after it: the kinds and names of all objects, the types of
    /// columns, and what may be null, is generated or an identity.
    pub shape: &'static str,
}

impl Migration {
    /// The migrations that it has taken the place of.
    pub(crate) fn squashes(&self) -> &'static [Squashed] {
        self.baseline.map_or(&[], |baseline| baseline.squashes)
    }

    /// The changes, in the order in which they were written.
    pub fn changes(&self) -> &'static [Change] {
        self.plan.changes()
    }

    /// The steps of one phase, in the order in which they run.
    pub fn steps(&self, phase: Phase) -> impl DoubleEndedIterator<Item = &'static Step> {
        self.changes()
            .iter()
            .flat_map(|change| change.steps)
            .filter(move |step| step.phase == phase)
    }

    /// What it says of how partitions come and go, in order.
    pub(crate) fn kept_partitions(&self) -> impl Iterator<Item = &'static KeptPartitions> {
        let changes = if self.plan.may_keep_partitions() { self.changes() } else { &[] };
        let steps = changes.iter().flat_map(|change| change.steps);
        steps.filter_map(|step| match &step.work {
            Work::Partitions(kept) => Some(kept),
            _ => None,
        })
    }

    /// Tells whether a part of it is left to the background, with the clause `background`.
    pub fn has_background(&self) -> bool {
        self.steps(Phase::Background).next().is_some()
    }

    /// Tells whether a later migration has to declare its switch with `switch!`.
    pub fn has_switch(&self) -> bool {
        self.steps(Phase::Switch).next().is_some()
    }

    /// Tells whether a later migration has to declare its contract with `contract!`.
    pub fn has_contract(&self) -> bool {
        self.steps(Phase::Contract).next().is_some()
    }
}

/// What a migration that begins with `baseline` says of the database that it may find.
#[derive(Debug, Clone, Copy)]
pub struct Baseline {
    /// The names of what this migration makes, as [`Migrations::names`] has them.
    pub creates: &'static [&'static str],
    /// The same with those that it completes by a part, a comment, a privilege or a default; all of
    /// them where no migration comes before it.
    pub made: &'static [&'static str],
    /// What made the database before.
    pub older: Option<OlderTool>,
    /// The migrations whose place it takes, the oldest first.
    pub squashes: &'static [Squashed],
}

/// What builds a schema from nothing.
#[derive(Debug, Clone, Copy)]
pub struct Whole {
    /// The statements, as [`Migrations::schema`] has them.
    pub schema: &'static [&'static str],
    /// The names of all that they make, as [`Migrations::names`] has them.
    pub names: &'static [&'static str],
}

/// The tool that made a database before, and how far it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OlderTool {
    /// `alembic`, `dbmate`, `diesel`, `flyway`, `golang_migrate`, `goose`, `prisma`, `rails`,
    /// `refinery`, `sea_orm` or `sqlx`.
    pub tool: &'static str,
    /// The version of its last migration that the baseline has everything of, as the tool's own
    /// table has it.
    pub version: &'static str,
}
