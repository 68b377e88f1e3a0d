//! Sequences, save those of identities, and the columns that they belong to.

mod made;
mod options;
mod owners;

pub(super) use self::made::KIND as SEQUENCES;
pub(super) use self::options::Options;
pub(super) use self::owners::KIND as OWNERS;
