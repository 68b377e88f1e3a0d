//! Why a lease could not be taken or kept, or the service is to wait.

use std::fmt;
use std::time::Duration;

use crate::outcome::status::State;

#[derive(Debug)]
pub(crate) enum LeaseError {
    NotReady { migration: String, state: State },
    NotPrepared,
    NoConnector,
    NoMigrations,
    Released,
    Silent { waited: Duration },
    Changed { how: String },
    Time { time: Duration },
}

impl fmt::Display for LeaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LeaseError::NotReady { migration, state } => write!(
                f,
                "migration `{migration}`, which this build needs, is {state}\n\
                 help: run `migrate()` in a job before the roll-out"
            ),
            LeaseError::NotPrepared => f.write_str(
                "the database cannot give leases\n\
                 help: run `migrate()` once, with this version of changeover",
            ),
            LeaseError::NoConnector => f.write_str(
                "a lease needs sessions of its own\n\
                 help: set up with `connect`, `connect_with` or `connector`, not with `executor`",
            ),
            LeaseError::NoMigrations => f.write_str("a history without migrations has no head"),
            LeaseError::Released => f.write_str("the lease was given back"),
            LeaseError::Silent { waited } => {
                write!(f, "the server did not answer for {waited:.0?}")
            }
            LeaseError::Changed { how } => write!(
                f,
                "another hand has written into the lease of this process: {how}\n\
                 help: stop the process, and see who has the service's role"
            ),
            LeaseError::Time { time } => {
                write!(f, "a lease cannot last {time:?}\nhelp: take a time from a second to a day")
            }
        }
    }
}
