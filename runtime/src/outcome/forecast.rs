//! What a history is about to do to a database, with what that database has in its tables.

use std::fmt;
use std::time::Duration;

use crate::migration::{LockMode, Phase};
use crate::outcome::finding::Findings;
use crate::outcome::status::State;

/// What is pending, against a database as it is: phases, locks, sizes, times, and the way back.
///
/// Given by [`forecast`](crate::Changeover::forecast). Its [`Display`](fmt::Display) is what the command
/// `plan` prints.
///
/// ```no_run
/// use changeover::Changeover;
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// let forecast = Changeover::builder(&MIGRATIONS).connect(url).await?.forecast().await?;
/// for migration in &forecast.migrations {
///     println!("{}: {} phases", migration.id, migration.phases.len());
/// }
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Forecast {
    /// The migrations that have something before them, the oldest first.
    pub migrations: Vec<MigrationForecast>,
    /// The rights that the role lacks, each with what to do.
    pub missing_rights: Vec<String>,
    /// What would make a phase fail or hurt; none where nobody has looked: while another run is under
    /// way, which looks itself, and without a database.
    pub findings: Option<Findings>,
}

/// What is pending of one migration.
///
/// ```
/// use changeover::Forecast;
///
/// fn ids(forecast: &Forecast) -> Vec<&str> {
///     forecast.migrations.iter().map(|migration| migration.id.as_str()).collect()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MigrationForecast {
    /// The migration's id.
    pub id: String,
    /// How far it is.
    pub state: State,
    /// What is left of it, in order.
    pub phases: Vec<PhaseForecast>,
    /// How it is taken back, a sentence.
    pub undo: String,
}

/// What is left of one phase.
///
/// ```
/// use changeover::{Forecast, Phase};
///
/// fn waiting(forecast: &Forecast) -> Vec<Phase> {
///     let phases = forecast.migrations.iter().flat_map(|migration| &migration.phases);
///     phases.filter(|phase| !phase.waits_for.is_empty()).map(|phase| phase.phase).collect()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PhaseForecast {
    /// The phase.
    pub phase: Phase,
    /// What holds it, a clause each; empty where the next run goes through it.
    pub waits_for: Vec<String>,
    /// The steps that have not been done.
    pub steps: Vec<StepForecast>,
}

/// One step that has not been done.
///
/// ```
/// use changeover::Forecast;
///
/// fn rows(forecast: &Forecast) -> u64 {
///     let phases = forecast.migrations.iter().flat_map(|migration| &migration.phases);
///     phases.flat_map(|phase| &phase.steps).filter_map(|step| step.rows).sum()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepForecast {
    /// Its number in the phase, counted from 1.
    pub number: usize,
    /// The operation that it belongs to, `rename_column`.
    pub operation: &'static str,
    /// What it was given, as it was written: `users.username => display_name`.
    pub subject: &'static str,
    /// Why it is there.
    pub why: &'static str,
    /// Its SQL, as `changeover.steps` keeps it.
    pub sql: String,
    /// The locks that it takes of tables.
    pub locks: Vec<TableForecast>,
    /// The rows that it reads or writes, by the server's statistics; none where it reads and writes
    /// none, or where nothing is known of them.
    pub rows: Option<u64>,
    /// The bytes by which it makes the database larger, at most as far as can be told.
    pub growth: u64,
    /// The bytes of WAL that it writes, about.
    pub wal: u64,
    /// How long it takes, waits for other sessions left out.
    pub takes: Takes,
}

/// A lock of one table, and what it means for clients.
///
/// ```
/// use changeover::Forecast;
///
/// fn blocks(forecast: &Forecast) -> bool {
///     let phases = forecast.migrations.iter().flat_map(|migration| &migration.phases);
///     let mut locks = phases.flat_map(|phase| &phase.steps).flat_map(|step| &step.locks);
///     locks.any(|lock| lock.mode.blocks_clients())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableForecast {
    /// The table, quoted and schema-qualified.
    pub table: &'static str,
    /// The lock's mode.
    pub mode: LockMode,
}

/// How long a step takes.
///
/// ```
/// use std::time::Duration;
///
/// use changeover::Takes;
///
/// let takes = Takes::About { least: Duration::from_secs(3), most: Duration::from_secs(20), from_past: false };
/// assert_eq!(takes.to_string(), "about 3–20 s");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Takes {
    /// Milliseconds: it changes catalogs alone.
    Moment,
    /// By the sizes of tables.
    About {
        /// On a fast and idle server.
        least: Duration,
        /// On a slow or busy one.
        most: Duration,
        /// Whether earlier backfills in this database were asked how fast they were.
        from_past: bool,
    },
    /// The table's size is not known.
    Unknown,
}

impl Takes {
    /// Both, one after the other.
    pub(crate) fn then(self, other: Takes) -> Takes {
        match (self, other) {
            (Takes::Moment, takes) | (takes, Takes::Moment) => takes,
            (Takes::Unknown, _) | (_, Takes::Unknown) => Takes::Unknown,
            (
                Takes::About { least, most, from_past },
                Takes::About { least: later_least, most: later_most, from_past: later_past },
            ) => Takes::About {
                least: least + later_least,
                most: most + later_most,
                from_past: from_past && later_past,
            },
        }
    }
}

impl fmt::Display for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Takes::Moment => f.write_str("milliseconds"),
            Takes::Unknown => f.write_str("nobody knows how long: analyze the table"),
            Takes::About { most, .. } if most.as_millis() < 1000 => f.write_str("below a second"),
            Takes::About { least, most, from_past } => {
                let (unit, seconds) = match most.as_secs() {
                    7200.. => ("h", 3600),
                    180.. => ("min", 60),
                    _ => ("s", 1),
                };
                let [least, most] = [*least, *most].map(|time| time.as_secs().div_ceil(seconds));
                let basis = if *from_past { ", as fast as earlier ones" } else { "" };
                if least == most {
                    return write!(f, "about {most} {unit}{basis}");
                }
                write!(f, "about {least}–{most} {unit}{basis}")
            }
        }
    }
}

impl PhaseForecast {
    /// Returns how long what is left of it takes.
    pub fn takes(&self) -> Takes {
        self.steps.iter().fold(Takes::Moment, |all, step| all.then(step.takes))
    }
}

impl fmt::Display for StepForecast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StepForecast { number, why, rows, growth, wal, takes, .. } = self;
        write!(f, "      {number} {why}\n        {takes}")?;
        rows.map_or(Ok(()), |rows| write!(f, "; {rows} rows"))?;
        if *growth > 0 {
            write!(f, "; {} of disk", bytes(*growth))?;
        }
        if *wal > 0 {
            write!(f, "; {} of WAL", bytes(*wal))?;
        }
        writeln!(f)?;
        let blocking = self.locks.iter().filter(|lock| lock.mode.blocks_clients());
        blocking.into_iter().try_for_each(|lock| writeln!(f, "        {lock}"))
    }
}

impl fmt::Display for TableForecast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blocks = match self.mode {
            LockMode::AccessExclusive => "reads and writes wait",
            mode if mode.blocks_clients() => "writes wait",
            _ => "nobody waits",
        };
        write!(f, "{} of {}: {blocks} until it is done", self.mode, self.table)
    }
}

impl fmt::Display for PhaseForecast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.phase == Phase::Contract { ", and cannot be undone" } else { "" };
        writeln!(f, "  {}: {}{end}", self.phase, self.takes())?;
        self.waits_for.iter().try_for_each(|held| writeln!(f, "    waits: {held}"))?;
        let mut change = None;
        for step in &self.steps {
            // A change's name stands above its steps.
            let its = (step.operation, step.subject);
            if change.replace(its) != Some(its) {
                writeln!(f, "    {}!({})", step.operation, step.subject)?;
            }
            step.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for MigrationForecast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, {}", self.id, self.state)?;
        for phase in &self.phases {
            phase.fmt(f)?;
        }
        writeln!(f, "  undo: {}", self.undo)
    }
}

impl fmt::Display for Forecast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.migrations.is_empty() {
            f.write_str("nothing is pending\n")?;
        }
        self.migrations.iter().try_for_each(|migration| writeln!(f, "{migration}"))?;
        for right in &self.missing_rights {
            writeln!(f, "the role lacks a right: {right}")?;
        }
        match &self.findings {
            None => f.write_str(
                "nobody has looked for obstacles: another run is under way, which looks itself, or \
                 there is no database\n",
            ),
            Some(Findings(all)) if all.is_empty() => f.write_str("no obstacle found\n"),
            Some(findings) => findings.fmt(f),
        }
    }
}

/// A size as people say it.
pub(crate) fn bytes(bytes: u64) -> String {
    let (kib, mib) = (bytes.div_ceil(1 << 10), bytes >> 20);
    match mib {
        0 => format!("{kib} KiB"),
        1..1024 => format!("{mib} MiB"),
        _ => format!("{}.{} GiB", mib >> 10, (mib % 1024) * 10 / 1024),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(least: u64, most: u64) -> Takes {
        let [least, most] = [least, most].map(Duration::from_secs);
        Takes::About { least, most, from_past: false }
    }

    #[test]
    fn times_have_the_unit_that_people_use() {
        let said: Vec<String> =
            [about(0, 0), about(2, 90), about(100, 600), about(3600, 36_000), about(7, 7)]
                .map(|takes| takes.to_string())
                .into();
        let expected =
            ["below a second", "about 2–90 s", "about 2–10 min", "about 1–10 h", "about 7 s"];
        assert_eq!(said, expected);
        assert_eq!(Takes::Moment.then(about(1, 2)).then(about(1, 2)), about(2, 4));
        assert_eq!(Takes::Unknown.then(about(1, 2)), Takes::Unknown);
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!([1, 3 << 20, (5 << 30) / 2].map(bytes), ["1 KiB", "3 MiB", "2.5 GiB"]);
    }
}
