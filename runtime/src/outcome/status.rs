//! What a database says about a history.

use std::fmt;

use crate::migration::{Migration, Phase};
use crate::outcome::report::HeldGate;
use crate::session::shown::on_one_line;

/// Where each migration of a history stands in one database.
///
/// ```no_run
/// use changeover::{Changeover, State};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// let status = Changeover::builder(&MIGRATIONS).connect(url).await?.status().await?;
/// let is_done = status.migrations.iter().all(|one| one.state >= State::Migrated);
/// # let _ = is_done;
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// The migrations of this build, the oldest first.
    pub migrations: Vec<MigrationStatus>,
    /// The ids of migrations that the database has and this build does not know: it is older
    /// than the newest build that ran here, which is normal in a rolling deploy.
    pub unknown: Vec<String>,
    /// The role that paused the history; none while it is not paused.
    pub paused_by: Option<String>,
    /// Why it was paused.
    pub pause_reason: Option<String>,
    /// What was [set](crate::Changeover::set) of the runs of the history.
    pub settings: Vec<SettingStatus>,
    /// The switches and contracts that wait: for leases, as these are now; for something else, as
    /// of when they were last tried; to be declared, or to be asked for.
    pub waiting: Vec<HeldGate>,
    /// How far ahead the partitions of tables are that a rule of
    /// [`keep_partitions!`](crate::keep_partitions) is in force for.
    pub partitions: Vec<PartitionsStatus>,
    /// The processes of the service that live, the oldest builds first, and a hundred at most.
    pub instances: Vec<InstanceStatus>,
    /// How many live.
    pub live: usize,
}

/// Something that was set of the runs of a history; see [`Changeover::set`](crate::Changeover::set).
///
/// ```
/// use changeover::Status;
///
/// fn who_set(status: &Status, name: &str) -> Option<String> {
///     status.settings.iter().find(|set| set.name == name).map(|set| set.by.clone())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingStatus {
    /// Its name, `batch_time`.
    pub name: String,
    /// Its value, `5ms`.
    pub value: String,
    /// The role that set it.
    pub by: String,
}

impl fmt::Display for SettingStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whoever writes the table writes what he likes.
        let [name, value, by] = [&self.name, &self.value, &self.by].map(|text| on_one_line(text));
        write!(f, "set by {by}: {name}={value}")
    }
}

/// One process of the service, as its lease tells.
///
/// ```
/// use changeover::Status;
///
/// fn heads(status: &Status) -> Vec<&str> {
///     status.instances.iter().map(|instance| instance.head.as_str()).collect()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceStatus {
    /// Its name.
    pub instance: String,
    /// What it says of itself: the host and the process id.
    pub about: String,
    /// The last migration of its build.
    pub head: String,
    /// How long ago it was last heard of, as PostgreSQL writes an interval.
    pub silent: String,
    /// Whether the session that it took the lease on is open.
    pub connected: bool,
}

/// Where one migration stands.
///
/// ```
/// use changeover::Status;
///
/// fn failed(status: &Status) -> Vec<&str> {
///     let failed = status.migrations.iter().filter(|migration| migration.error.is_some());
///     failed.map(|migration| migration.id.as_str()).collect()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStatus {
    /// The migration's id.
    pub id: String,
    /// How far it is.
    pub state: State,
    /// The steps of `Expand`, `Migrate` and `Background` that are done.
    pub done: usize,
    /// The steps of `Expand`, `Migrate` and `Background`.
    pub steps: usize,
    /// The rows that its backfills filled.
    pub rows: u64,
    /// The error that its last run stopped with, while nothing has run since.
    pub error: Option<String>,
    /// Whether somebody told its last run to stop, and nothing has run since: the next one goes on
    /// where that was.
    pub interrupted: bool,
    /// What the run that is under way waits for; see
    /// [`Progress::held_by`](crate::Progress::held_by).
    pub held_by: Option<String>,
}

/// How far a migration is.
///
/// ```
/// use changeover::State;
///
/// assert!(State::Migrated > State::Expanded);
/// assert_eq!(State::Contracting.to_string(), "contracting");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum State {
    /// Nothing of it has run, or all of it was taken back.
    Pending,
    /// Its `Expand` has begun.
    Expanding,
    /// Its `Expand` is done.
    Expanded,
    /// Its `Migrate` has begun.
    Migrating,
    /// Its `Migrate` is done: new builds may serve, and old ones still can. What it leaves to the
    /// background may be under way.
    Migrated,
    /// What it left to the background is done, too; not reached where it leaves nothing.
    Completed,
    /// Its switch has begun.
    Switching,
    /// Its switch is done.
    Switched,
    /// Its contract has begun.
    Contracting,
    /// Its contract is done.
    Contracted,
    /// Its undo has begun.
    Undoing,
}

impl State {
    pub(crate) const NAMES: [(State, &'static str); 11] = [
        (State::Pending, "pending"),
        (State::Expanding, "expanding"),
        (State::Expanded, "expanded"),
        (State::Migrating, "migrating"),
        (State::Migrated, "migrated"),
        (State::Completed, "completed"),
        (State::Switching, "switching"),
        (State::Switched, "switched"),
        (State::Contracting, "contracting"),
        (State::Contracted, "contracted"),
        (State::Undoing, "undoing"),
    ];

    pub(crate) fn name(self) -> &'static str {
        State::NAMES.iter().find(|(state, _)| *state == self).map_or("unknown", |(_, name)| name)
    }

    pub(crate) fn parse(name: &str) -> Option<State> {
        State::NAMES.iter().find(|(_, known)| *known == name).map(|(state, _)| *state)
    }
}

/// How far ahead the partitions of a table are there.
///
/// ```
/// use changeover::Status;
///
/// fn until(status: &Status) -> Vec<(&str, Option<&str>)> {
///     status.partitions.iter().map(|one| (one.table.as_str(), one.until.as_deref())).collect()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PartitionsStatus {
    /// The table, quoted and schema-qualified.
    pub table: String,
    /// The rule, as it is written in the macro.
    pub rule: String,
    /// Until when, in UTC, each row has its partition, as far as the rule goes; none where the present
    /// period has none.
    pub until: Option<String>,
    /// How many of the periods to come have their partitions.
    pub ahead: u64,
}

impl fmt::Display for PartitionsStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PartitionsStatus { table, rule, until, ahead } = self;
        write!(f, "partitions of {table} ({rule}): ")?;
        match until {
            Some(until) => write!(f, "{ahead} ahead, until {until} (UTC)"),
            None => f.write_str("the present period has none"),
        }
    }
}

impl Migration {
    /// The state in which its switch finds it, and in which its way back leaves it.
    pub(crate) fn before_switch(&self) -> State {
        if self.has_background() { State::Completed } else { State::Migrated }
    }

    /// The state in which nothing of it is left to do.
    pub(crate) fn end(&self) -> State {
        match (self.has_contract(), self.has_switch()) {
            (true, _) => State::Contracted,
            (false, true) => State::Switched,
            (false, false) => self.before_switch(),
        }
    }
}

impl Phase {
    /// The state of a migration of which the phase has begun.
    pub(crate) fn begun(self) -> State {
        match self {
            Phase::Expand => State::Expanding,
            Phase::Migrate => State::Migrating,
            // Nobody waits for it, so that it begins where new builds may serve.
            Phase::Background => State::Migrated,
            Phase::Switch => State::Switching,
            Phase::Contract => State::Contracting,
        }
    }

    /// The state of a migration of which the phase is done.
    pub(crate) fn done(self) -> State {
        match self {
            Phase::Expand => State::Expanded,
            Phase::Migrate => State::Migrated,
            Phase::Background => State::Completed,
            Phase::Switch => State::Switched,
            Phase::Contract => State::Contracted,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for InstanceStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let InstanceStatus { instance, about, head, silent, connected } = self;
        let session = if *connected { "" } else { ", without a session" };
        // An instance may call itself what it likes.
        let [instance, about, head] = [instance, about, head].map(|text| on_one_line(text));
        write!(
            f,
            "instance {instance} ({about}) was built with {head}, spoke {silent} ago{session}"
        )
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.migrations.iter().map(|migration| migration.id.chars().count());
        let width = ids.max().unwrap_or_default();
        if let Some(who) = &self.paused_by {
            let reason = self.pause_reason.as_deref().unwrap_or("no reason given");
            writeln!(f, "paused by {}: {}", on_one_line(who), on_one_line(reason))?;
        }
        self.settings.iter().try_for_each(|set| writeln!(f, "{set}"))?;
        for migration in &self.migrations {
            let MigrationStatus { id, state, done, steps, rows, .. } = migration;
            write!(f, "{id:width$}  {state:11}  {done}/{steps} steps  {rows} rows")?;
            migration.error.as_ref().map_or(Ok(()), |error| write!(f, "  {error}"))?;
            if *state == State::Migrated && done < steps {
                f.write_str("  the rest goes on in the background")?;
            }
            if migration.interrupted {
                f.write_str("  interrupted: run again, and it goes on there")?;
            }
            let held = migration.held_by.as_ref().map(|reason| on_one_line(reason));
            held.map_or(Ok(()), |reason| write!(f, "  held: {reason}"))?;
            writeln!(f)?;
        }
        for id in &self.unknown {
            writeln!(f, "{:width$}  not known to this build", on_one_line(id))?;
        }
        self.waiting.iter().try_for_each(|held| writeln!(f, "{held}"))?;
        self.partitions
            .iter()
            .try_for_each(|kept| writeln!(f, "{}", on_one_line(&kept.to_string())))?;
        self.instances.iter().try_for_each(|instance| writeln!(f, "{instance}"))?;
        match self.live.saturating_sub(self.instances.len()) {
            0 => Ok(()),
            more => writeln!(f, "{more} more instances"),
        }
    }
}
