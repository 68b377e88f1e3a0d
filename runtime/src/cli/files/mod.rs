//! Commands that write files of the project, and nothing into a database.

pub(crate) mod adopt;
pub(crate) mod new;
mod proposed;
pub(crate) mod review;
pub(crate) mod schema;
pub(crate) mod squash;
