//! Views, and those that are kept with their indexes.

mod indexes;
mod materialized;
mod plain;
mod query;

use crate::catalog::read::kind::Kind;

pub(super) const KINDS: &[Kind] = &[plain::KIND, materialized::KIND, indexes::KIND];
