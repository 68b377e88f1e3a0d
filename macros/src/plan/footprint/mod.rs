//! What the runtime has to know of a plan besides its steps: what a statement makes, changes and takes
//! away, and what a change counts on.

pub(crate) mod dropped;
pub(crate) mod effect;
pub(crate) mod known;
pub(crate) mod needed;
pub(crate) mod object;
