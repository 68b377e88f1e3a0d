//! Tables and their partitions, without what stands inside of them.

mod by_hand;
pub(super) mod keys;
pub(super) mod parameters;
mod partitions;
mod whole;

pub(super) use self::by_hand::KIND as BY_HAND;
pub(super) use self::parameters::Parameters;
pub(super) use self::partitions::{COLUMNS as PARTITION_COLUMNS, KIND as PARTITIONS};
pub(super) use self::whole::KIND as TABLES;
