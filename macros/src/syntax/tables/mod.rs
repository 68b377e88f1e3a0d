//! Tables with their columns and constraints.

pub(crate) mod column;
pub(crate) mod constraint;
pub(crate) mod exclusion;
pub(crate) mod like;
mod modifiers;
pub(crate) mod partition;
pub(crate) mod period;
pub(crate) mod reference;
pub(crate) mod table;
pub(crate) mod terms;
