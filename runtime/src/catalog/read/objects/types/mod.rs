//! The types that there are besides PostgreSQL's own.

mod domains;
mod enums;
mod extensions;

use super::words::raw;
use crate::catalog::declaration::DeclaredKind;
use crate::catalog::read::kind::Kind;

pub(super) const KINDS: &[Kind] = &[extensions::KIND, enums::KIND, domains::KIND, COMPOSITES];

/// Types of several fields, and of ranges: no macro makes them.
const COMPOSITES: Kind = Kind {
    sql: include_str!("composites.sql"),
    say: |rows, found| raw::say(DeclaredKind::Composite, rows, found),
};
