//! What a change expands to: steps of SQL, each statement with the locks that it takes.

pub(crate) mod agreement;
pub(crate) mod footprint;
pub(crate) mod objects;
pub(crate) mod operation;
pub(crate) mod partitioned;
pub(crate) mod safe;
pub(crate) mod shared;
pub(crate) mod sql;
mod step;
pub(crate) mod swap;
pub(crate) mod triggers;

pub(crate) use self::footprint::object::{Dropped, ObjectKind};
pub(crate) use self::step::*;
pub(crate) use crate::syntax::words::lock::{Lock, Mode};
pub(crate) use crate::syntax::words::phase::Phase;
