//! What no macro makes, and what is said when all else is there.

mod replica_identity;

use super::words::raw;
use crate::catalog::read::kind::Kind;

pub(super) const KINDS: &[Kind] = &[
    others(include_str!("collations.sql")),
    others(include_str!("foreign.sql")),
    others(include_str!("operators.sql")),
    others(include_str!("text_search.sql")),
    replica_identity::KIND,
    others(include_str!("statistics.sql")),
    others(include_str!("publications.sql")),
    // Comments and security labels on what no macro says them of.
    others(include_str!("comments.sql")),
    others(include_str!("unsaid.sql")),
];

/// Returns what the server's own statements say.
const fn others(sql: &'static str) -> Kind {
    Kind { sql, say: raw::others }
}
