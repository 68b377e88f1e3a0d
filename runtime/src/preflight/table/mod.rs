//! What the tables that a phase touches are, and who writes them.

pub(super) mod column;
pub(super) mod deferrable;
pub(super) mod drift;
pub(super) mod inherited;
pub(super) mod invalid_index;
pub(super) mod moving;
pub(super) mod objects;
pub(super) mod report;
pub(super) mod row_shape;
pub(super) mod stranger;
pub(super) mod through_view;
