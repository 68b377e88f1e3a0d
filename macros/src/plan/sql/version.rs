//! What only some servers have: asked for before anything is done, because the version is known to
//! the server alone.

use crate::plan::{Phase, Statement, Step};

/// Fails on a server that is older than this major version.
pub(crate) fn require(major: u32, what: &str) -> Statement {
    let number = major * 10_000;
    Statement::free(format!(
        "do $changeover$\nbegin\n  \
         if current_setting('server_version_num')::integer < {number} then\n    \
         raise exception '{what} needs PostgreSQL {major}' using errcode = 'feature_not_supported';\n  \
         end if;\nend\n$changeover$"
    ))
}

/// Refuses a server that has no virtual columns.
pub(crate) fn require_virtual() -> Step {
    let why = "asked before anything is done";
    Step::transaction(Phase::Expand, why, vec![require(18, "a virtual column")])
}
