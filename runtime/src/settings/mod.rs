//! What a run may be told, and what it does unless it is.

pub(crate) mod interrupt;
pub(crate) mod limits;
pub(crate) mod load;
pub(crate) mod query;
pub(crate) mod repair;
pub(crate) mod setting;
pub(crate) mod throttle;
pub(crate) mod told;
pub(crate) mod verify;

use std::time::Duration;

use crate::outcome::error::{Detail, Error};
use crate::outcome::finding::Preflight;
use crate::outcome::report::Progress;
use crate::session::shown::{is_hidden, shown};
use crate::settings::interrupt::Interrupt;
use crate::settings::throttle::Throttle;
use crate::settings::told::event::Event;

/// When the `Switch` and the `Contract` that a migration declares may run.
///
/// Whatever the gate, none runs while an instance holds a lease whose build does not declare it.
///
/// ```
/// use std::time::Duration;
///
/// use changeover::{Changeover, Gate};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # fn main() {
/// // A service without leases: a contract runs a day after it may.
/// let builder = Changeover::builder(&MIGRATIONS).gate(Gate::Soak(Duration::from_secs(86_400)));
/// # drop(builder);
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gate {
    /// By itself, once an instance holds a lease whose build declares it and none holds one whose
    /// build does not, and the migration that declares it has been migrated for the soak time.
    Leases {
        /// The soak time.
        soak: Duration,
    },
    /// By itself, once the migration that declares it has been migrated for so long. For services
    /// that hold no leases: no build that does not declare it may live longer.
    Soak(Duration),
    /// When [`contract`](crate::Changeover::contract) is called, on the caller's word that no
    /// build lives that does not declare it.
    Manual,
}

impl Default for Gate {
    fn default() -> Gate {
        Gate::Leases { soak: Duration::ZERO }
    }
}

/// How an instance takes part.
pub(crate) struct Leases {
    pub(crate) gate: Gate,
    /// Whether old and new shapes are compared before a gate opens.
    pub(crate) verifies: bool,
    pub(crate) instance: Option<String>,
    pub(crate) time: Duration,
    pub(crate) finishes: bool,
    /// Whether partitions are made and let go by the rules of the history.
    pub(crate) keeps_partitions: bool,
}

impl Default for Leases {
    fn default() -> Leases {
        let time = Duration::from_secs(30);
        Leases {
            gate: Gate::default(),
            verifies: false,
            instance: None,
            time,
            finishes: true,
            keeps_partitions: true,
        }
    }
}

pub(crate) type OnProgress = Box<dyn Fn(&Progress<'_>) + Send + Sync>;

pub(crate) type OnEvent = Box<dyn Fn(&Event<'_>) + Send + Sync>;

pub(crate) struct Settings {
    pub(crate) app: String,
    pub(crate) lock_timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) index_timeout: Duration,
    pub(crate) batch_time: Duration,
    /// How many sessions a backfill may use.
    pub(crate) workers: u32,
    pub(crate) answer: Answer,
    /// For how long a run that lost its session tries to go on.
    pub(crate) reconnect_within: Duration,
    pub(crate) on_progress: Option<OnProgress>,
    pub(crate) on_event: Option<OnEvent>,
    pub(crate) interrupt: Interrupt,
    pub(crate) throttle: Throttle,
    pub(crate) preflight: Preflight,
    pub(crate) leases: Leases,
}

/// As long as every place has room for that such a name goes to: an index, a notification.
const LONGEST_NAME: usize = 200;

impl Settings {
    /// Checks whether the names can be kept, and read in a log.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let names = [Some(&self.app), self.leases.instance.as_ref()];
        names.into_iter().flatten().try_for_each(|name| {
            let why = if name.trim().is_empty() {
                "is blank"
            } else if name.chars().any(is_hidden) {
                "holds a control character"
            } else if name.chars().count() > LONGEST_NAME {
                "is longer than 200 characters"
            } else {
                return Ok(());
            };
            Err(Error::new(Detail::Name { name: shown(name), why }))
        })
    }
}

/// How long an answer may stay out until a second session asks after the first.
pub(crate) struct Answer {
    pub(crate) patience: Duration,
}

impl Default for Answer {
    fn default() -> Answer {
        Answer { patience: Duration::from_secs(15) }
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            app: "default".to_owned(),
            lock_timeout: Duration::from_millis(300),
            deadline: Duration::from_mins(10),
            index_timeout: Duration::from_mins(5),
            batch_time: Duration::from_millis(10),
            workers: 1,
            answer: Answer::default(),
            reconnect_within: Duration::ZERO,
            on_progress: None,
            on_event: None,
            interrupt: Interrupt::default(),
            throttle: Throttle::default(),
            preflight: Preflight::default(),
            leases: Leases::default(),
        }
    }
}
