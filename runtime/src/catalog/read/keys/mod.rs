//! Constraints and indexes, items of `create_table!`.

mod circles;
mod constraints;
mod foreign_keys;
mod indexes;
mod names;

pub(super) use self::circles::open as open_circles;
pub(in crate::catalog) use self::circles::target as foreign_key_target;
pub(super) use self::constraints::KIND as CONSTRAINTS;
pub(super) use self::indexes::KIND as INDEXES;
