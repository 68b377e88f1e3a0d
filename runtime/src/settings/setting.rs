//! What is set of a run while it is under way, and how that is written.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::limits::Limits;
use super::load::Limit;
use crate::outcome::error::{Detail, Error};
use crate::session::shown::shown;

/// Something of a run that [`Changeover::set`](crate::Changeover::set) changes while it is under way.
///
/// ```
/// use std::time::Duration;
///
/// use changeover::{Limit, Setting};
///
/// let slower: Setting = "batch_time=5ms".parse()?;
/// assert_eq!(slower, Setting::BatchTime(Duration::from_millis(5)));
/// let fewer = Setting::MaxLoad(Limit::ActiveSessions(50));
/// assert_eq!(fewer.to_string(), "max_load.active_sessions=50");
/// # Ok::<(), changeover::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Setting {
    /// In place of [`Builder::batch_time`](crate::Builder::batch_time).
    BatchTime(Duration),
    /// In place of [`Builder::workers`](crate::Builder::workers).
    Workers(u32),
    /// In place of [`Builder::nice`](crate::Builder::nice), in percent: with 100 a backfill rests as long
    /// as it works.
    Nice(u32),
    /// Beside, or in place of, a limit of [`Builder::max_load`](crate::Builder::max_load).
    MaxLoad(Limit),
    /// Beside, or in place of, a limit of [`Builder::critical_load`](crate::Builder::critical_load).
    CriticalLoad(Limit),
}

impl Setting {
    /// Returns how the table `changeover.settings` calls it: `max_load.active_sessions`.
    pub fn name(&self) -> String {
        match self {
            Setting::BatchTime(_) => "batch_time".to_owned(),
            Setting::Workers(_) => "workers".to_owned(),
            Setting::Nice(_) => "nice".to_owned(),
            Setting::MaxLoad(limit) => format!("max_load.{}", limit.name()),
            Setting::CriticalLoad(limit) => format!("critical_load.{}", limit.name()),
        }
    }

    /// Its value, as that table has it: `50`, `20ms`.
    pub fn value(&self) -> String {
        match self {
            Setting::BatchTime(time) => written(*time),
            Setting::Workers(workers) => workers.to_string(),
            Setting::Nice(percent) => format!("{percent}%"),
            Setting::MaxLoad(limit) | Setting::CriticalLoad(limit) => limit.value(),
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name(), self.value())
    }
}

impl FromStr for Setting {
    type Err = Error;

    fn from_str(text: &str) -> Result<Setting, Error> {
        let known = || {
            let (name, value) = text.split_once('=')?;
            match name.trim().split_once('.') {
                None if name.trim() == "batch_time" => {
                    duration(value).filter(|time| !time.is_zero()).map(Setting::BatchTime)
                }
                None if name.trim() == "workers" => workers(value).ok().map(Setting::Workers),
                None if name.trim() == "nice" => {
                    let percent = value.trim().strip_suffix('%')?;
                    percent.trim().parse().ok().map(Setting::Nice)
                }
                Some(("max_load", kind)) => Limit::read(kind, value).map(Setting::MaxLoad),
                Some(("critical_load", kind)) => {
                    Limit::read(kind, value).map(Setting::CriticalLoad)
                }
                _ => None,
            }
        };
        known().ok_or_else(|| unreadable(text))
    }
}

impl FromStr for Limit {
    type Err = Error;

    /// Reads `active_sessions=50`, `replica_lag=5s`.
    fn from_str(text: &str) -> Result<Limit, Error> {
        let limit = text.split_once('=').and_then(|(kind, value)| Limit::read(kind, value));
        limit.ok_or_else(|| unreadable(text))
    }
}

impl Limit {
    /// One of each kind, as an example.
    const KINDS: [Limit; 9] = [
        Limit::ActiveSessions(50),
        Limit::ReplicaLag(Duration::from_secs(5)),
        Limit::ReplicaLagBytes(100_000_000),
        Limit::OldestTransaction(Duration::from_mins(10)),
        Limit::SlotBytes(10_000_000_000),
        Limit::UnreservedSlots(0),
        Limit::WalRate(50_000_000),
        Limit::Vacuums(0),
        Limit::CommitTime(Duration::from_millis(50)),
    ];

    fn name(self) -> &'static str {
        match self {
            Limit::ActiveSessions(_) => "active_sessions",
            Limit::ReplicaLag(_) => "replica_lag",
            Limit::ReplicaLagBytes(_) => "replica_lag_bytes",
            Limit::OldestTransaction(_) => "oldest_transaction",
            Limit::SlotBytes(_) => "slot_bytes",
            Limit::UnreservedSlots(_) => "unreserved_slots",
            Limit::WalRate(_) => "wal_rate",
            Limit::Vacuums(_) => "vacuums",
            Limit::CommitTime(_) => "commit_time",
        }
    }

    fn value(self) -> String {
        match self {
            Limit::ActiveSessions(most) | Limit::UnreservedSlots(most) | Limit::Vacuums(most) => {
                most.to_string()
            }
            Limit::ReplicaLagBytes(most) | Limit::SlotBytes(most) | Limit::WalRate(most) => {
                most.to_string()
            }
            Limit::ReplicaLag(most) | Limit::OldestTransaction(most) | Limit::CommitTime(most) => {
                written(most)
            }
        }
    }

    fn read(kind: &str, value: &str) -> Option<Limit> {
        let kind = kind.trim().replace('-', "_");
        let like = Limit::KINDS.into_iter().find(|limit| limit.name() == kind)?;
        let value = value.trim();
        Some(match like {
            Limit::ActiveSessions(_) => Limit::ActiveSessions(value.parse().ok()?),
            Limit::UnreservedSlots(_) => Limit::UnreservedSlots(value.parse().ok()?),
            Limit::Vacuums(_) => Limit::Vacuums(value.parse().ok()?),
            Limit::ReplicaLagBytes(_) => Limit::ReplicaLagBytes(value.parse().ok()?),
            Limit::SlotBytes(_) => Limit::SlotBytes(value.parse().ok()?),
            Limit::WalRate(_) => Limit::WalRate(value.parse().ok()?),
            Limit::CommitTime(_) => Limit::CommitTime(duration(value)?),
            Limit::ReplicaLag(_) => Limit::ReplicaLag(duration(value)?),
            Limit::OldestTransaction(_) => Limit::OldestTransaction(duration(value)?),
        })
    }
}

fn unreadable(text: &str) -> Error {
    let limits: Vec<String> =
        Limit::KINDS.iter().map(|limit| format!("{}={}", limit.name(), limit.value())).collect();
    Error::new(Detail::Setting { text: shown(text), limits: limits.join(", ") })
}

/// The units in which PostgreSQL writes a time, the longest first.
///
/// PostgreSQL manual, section "Setting Parameters", "Numeric with Unit".
const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000), ("ms", 1)];

/// Reads a time as PostgreSQL's settings write it: `300ms`, `5s`, `10min`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let (_, milliseconds) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
    let number: u64 = number.parse().ok()?;
    number.checked_mul(*milliseconds).map(Duration::from_millis)
}

/// More sessions than one table keeps busy.
pub(crate) const MOST_WORKERS: u32 = 32;

/// Reads how many sessions a backfill may use.
pub(crate) fn workers(text: &str) -> Result<u32, String> {
    let number = text.trim().parse().ok().filter(|number| (1..=MOST_WORKERS).contains(number));
    number.ok_or_else(|| format!("workers are a number from 1 to {MOST_WORKERS}"))
}

/// As [`duration`] reads it, in the longest unit that fits.
fn written(time: Duration) -> String {
    let all = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let fits = |(_, unit): &&(&str, u64)| all > 0 && all.is_multiple_of(*unit);
    let (name, unit) = UNITS.iter().find(fits).unwrap_or(&("ms", 1));
    format!("{}{name}", all / unit)
}

/// What was set of a history, in place of what the builder of its run was told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overrides {
    pub(crate) batch_time: Option<Duration>,
    pub(crate) workers: Option<u32>,
    /// The rest after a batch, as a multiple of its time.
    pub(crate) nice: Option<f64>,
    max: Limits,
    critical: Limits,
}

impl Overrides {
    pub(crate) fn of(settings: impl IntoIterator<Item = Setting>) -> Overrides {
        let mut overrides = Overrides::default();
        for setting in settings {
            match setting {
                Setting::BatchTime(time) => overrides.batch_time = Some(time),
                Setting::Workers(workers) => overrides.workers = Some(workers),
                Setting::Nice(percent) => overrides.nice = Some(f64::from(percent) / 100.0),
                Setting::MaxLoad(limit) => overrides.max.set(limit),
                Setting::CriticalLoad(limit) => overrides.critical.set(limit),
            }
        }
        overrides
    }

    /// Tells whether a limit of this one's kind was set.
    pub(crate) fn has(&self, limit: Limit) -> bool {
        self.max.has(limit) || self.critical.has(limit)
    }

    pub(crate) fn max(&self, own: &Limits) -> Limits {
        own.overridden_by(&self.max)
    }

    pub(crate) fn critical(&self, own: &Limits) -> Limits {
        own.overridden_by(&self.critical)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::load::Load;

    #[test]
    fn what_is_written_is_read_again() {
        let times = [Duration::from_millis(7), Duration::from_secs(90), Duration::from_hours(48)];
        assert_eq!(times.map(written), ["7ms", "90s", "2d"]);
        let limits = Limit::KINDS.into_iter();
        let settings =
            limits.flat_map(|limit| [Setting::MaxLoad(limit), Setting::CriticalLoad(limit)]);
        let settings = settings.chain([0, 100, 350].map(Setting::Nice));
        let workers = [1, MOST_WORKERS].map(Setting::Workers);
        for setting in settings.chain(times.map(Setting::BatchTime)).chain(workers) {
            let read: Setting = setting.to_string().parse().expect("it was written by us");
            assert_eq!(read, setting);
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_would() {
        for text in [
            "",
            "=",
            "batch_time",
            "batch_time=",
            "batch_time=10",
            "batch_time=0ms",
            "batch_time=-1s",
            "nice=1",
            "nice=-1%",
            "batch_time=99999999999999999999d",
            "batch_time=999999999999999999d",
            "workers=0",
            "workers=33",
            "workers=many",
            "max_load=3",
            "max_load.active_sessions=many",
            "max_load.nothing=3",
            "min_load.active_sessions=3",
        ] {
            let error = text.parse::<Setting>().expect_err(text);
            assert!(error.to_string().contains("active_sessions=50"), "{error}");
        }
        assert!("replica-lag = 5 s".parse::<Limit>().is_ok());
    }

    #[test]
    fn what_is_set_takes_the_place_of_its_kind_alone() {
        let mut own = Limits::default();
        own.set(Limit::ActiveSessions(3));
        own.set(Limit::ReplicaLagBytes(5));
        let overrides = Overrides::of([Setting::MaxLoad(Limit::ActiveSessions(9))]);
        let busy = Load { active_sessions: Some(5), ..Load::default() };
        assert!(own.exceeded(&busy).is_some());
        assert_eq!(overrides.max(&own).exceeded(&busy), None);
        let behind = Load { replica_lag_bytes: Some(6), ..busy.clone() };
        assert!(overrides.max(&own).exceeded(&behind).is_some());
        assert_eq!(overrides.critical(&Limits::default()).exceeded(&behind), None);
    }
}
