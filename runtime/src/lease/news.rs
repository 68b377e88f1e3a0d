//! What a lease's keeper last heard.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::identity::Identity;
use crate::migration::Phase;
use crate::outcome::error::{Detail, Error, LeaseError};
use crate::outcome::status::State;
use crate::session::executor::{Row, Rows};
use crate::session::shown::shown;

pub(super) enum News {
    States(States),
    Lost(Lost),
}

/// How far migrations are, and how many instances of which age there are: when either changes, a
/// gate may open.
#[derive(Clone, Default)]
pub(super) struct States {
    /// Stands for the states; empty before the first are read.
    revision: String,
    migrations: Arc<HashMap<String, State>>,
    leases: [Option<String>; 3],
    /// When a gate was last asked, by whomever.
    asked: Option<Instant>,
}

/// Why the lease is gone for good.
#[derive(PartialEq)]
pub(super) enum Lost {
    /// The switch or contract that this build is too old for.
    TooOld { migration: String, phase: Phase },
    /// Somebody else wrote it, as the server or we say.
    Changed { how: String },
}

impl News {
    /// Tells whether it says nothing else than what was known.
    pub(super) fn says(&self, other: &News) -> bool {
        match (self, other) {
            (News::States(one), News::States(other)) => {
                one.migrations == other.migrations && one.leases == other.leases
            }
            (News::Lost(one), News::Lost(other)) => one == other,
            _ => false,
        }
    }

    pub(super) fn state(&self, id: &str) -> State {
        match self {
            News::States(states) => states.state(id),
            News::Lost(_) => State::Pending,
        }
    }
}

impl States {
    /// The revision as SQL; none is one that no history has.
    pub(super) fn revision(&self) -> &str {
        if self.revision.is_empty() { "-1" } else { &self.revision }
    }

    /// Returns what holds by the answer to [`Identity::renew`], which was sent at this time.
    pub(super) fn after(&self, rows: &Rows, sent: Instant) -> States {
        let first = rows.iter().next();
        let text = |column| first.and_then(|row| row.get(column)).map(str::to_owned);
        let revision = text(2).unwrap_or_default();
        let migrations = if revision == self.revision {
            self.migrations.clone()
        } else {
            let state = |text: Option<&str>| State::parse(text?);
            let known = |row: Row<'_>| Some((row.get(7)?.to_owned(), state(row.get(8))?));
            Arc::new(rows.iter().filter_map(known).collect())
        };
        let ago = first.and_then(|row| row.number::<f64>(3));
        let ago = ago.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let asked = ago.and_then(|ago| sent.checked_sub(ago));
        States { revision, migrations, leases: [text(4), text(5), text(6)], asked }
    }

    pub(super) fn state(&self, id: &str) -> State {
        self.migrations.get(id).copied().unwrap_or(State::Pending)
    }

    /// Returns how many leases there are.
    pub(super) fn leases(&self) -> u32 {
        self.leases[0].as_deref().and_then(|count| count.parse().ok()).unwrap_or_default()
    }

    /// Tells whether somebody has asked a gate within so long.
    pub(super) fn asked_within(&self, time: Duration) -> bool {
        self.asked.is_some_and(|asked| asked.elapsed() < time)
    }
}

impl Lost {
    /// Compares the lease as it was before it was renewed, by [`Identity::renew`], with what its holder
    /// wrote.
    pub(super) fn find(before: &Rows, identity: &Identity) -> Option<Lost> {
        let row = before.iter().next()?;
        let (head, place) = (row.get(0)?, row.number::<usize>(1)?);
        let is_ours = head == identity.head && place <= identity.place;
        let how = || format!("it said head `{}` at place {place}", shown(head));
        (!is_ours).then(|| Lost::Changed { how: how() })
    }

    /// Returns what the server says of it.
    pub(super) fn by(refusal: &Error) -> Lost {
        let how = refusal.reason().map_or_else(|| refusal.to_string(), str::to_owned);
        Lost::Changed { how: shown(&how) }
    }

    pub(super) fn error(&self) -> Error {
        match self {
            Lost::TooOld { migration, phase } => {
                Error::new(Detail::TooOld { migration: migration.clone(), phase: *phase })
            }
            Lost::Changed { how } => Error::lease(LeaseError::Changed { how: how.clone() }),
        }
    }
}
