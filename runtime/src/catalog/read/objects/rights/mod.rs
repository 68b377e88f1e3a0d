//! Who may do what: policies, privileges.

mod grants;
mod policies;
mod row_security;

use super::words::raw;
use crate::catalog::read::kind::Kind;

pub(super) const KINDS: &[Kind] =
    &[policies::KIND, row_security::KIND, grants::KIND, DEFAULT_PRIVILEGES];

/// Privileges on what comes later: no macro gives them.
const DEFAULT_PRIVILEGES: Kind =
    Kind { sql: include_str!("default_privileges.sql"), say: raw::others };
