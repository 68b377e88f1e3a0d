//! What a rehearsal found: figures and problems, and the page that says them.

pub(super) mod findings;
pub(super) mod outcome;
mod report;
mod words;
