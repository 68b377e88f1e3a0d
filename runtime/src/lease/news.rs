//! What a lease's keeper last heard.

use super::identity::Identity;
use crate::migration::Phase;
use crate::outcome::error::{Detail, Error, LeaseError};
use crate::outcome::status::State;
use crate::session::executor::Rows;
use crate::session::shown::shown;

#[derive(PartialEq)]
pub(super) enum News {
    States(States),
    Lost(Lost),
}

/// How far migrations are, and how many instances of which age there are: when either changes, a
/// gate may open.
#[derive(PartialEq)]
pub(super) struct States {
    migrations: Vec<(String, State)>,
    leases: [Option<String>; 3],
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
    /// From rows of a migration, its state, and what there is of leases.
    pub(super) fn read(rows: &Rows) -> News {
        let state = |text: Option<&str>| State::parse(text?);
        let migrations =
            rows.iter().filter_map(|row| Some((row.get(0)?.to_owned(), state(row.get(1))?)));
        let first = rows.iter().next();
        let lease = |column| first.and_then(|row| row.get(column)).map(str::to_owned);
        let leases = [lease(2), lease(3), lease(4)];
        News::States(States { migrations: migrations.collect(), leases })
    }

    pub(super) fn state(&self, id: &str) -> State {
        match self {
            News::States(states) => states.state(id),
            News::Lost(_) => State::Pending,
        }
    }
}

impl States {
    pub(super) fn state(&self, id: &str) -> State {
        let known = self.migrations.iter().find(|(known, _)| known == id);
        known.map_or(State::Pending, |(_, state)| *state)
    }
}

impl Lost {
    /// Compares the lease as it was before it was renewed with what its holder wrote.
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
