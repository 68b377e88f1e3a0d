//! A session that stood in the way.

use std::fmt;

/// A session that stood in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blocker {
    pub(crate) pid: String,
    pub(crate) user: String,
    pub(crate) application: String,
    pub(crate) age: String,
    /// Since its last query began.
    pub(crate) query_age: String,
    pub(crate) holds: String,
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Blocker { pid, user, application, age, query_age, holds } = self;
        write!(
            f,
            "pid {pid}, user {user}, application `{application}`, transaction open for {age}"
        )?;
        write!(f, ", last query begun {query_age} ago, holds {holds}")
    }
}
