//! What came of a run, as a service reads it: reports, findings, errors. It imports `session` and
//! `migration`.

pub(crate) mod comparison;
pub(crate) mod denied;
pub(crate) mod diagnosis;
pub(crate) mod error;
pub(crate) mod finding;
pub(crate) mod forecast;
pub mod grants;
pub(crate) mod report;
pub(crate) mod status;
pub(crate) mod timeline;
pub(crate) mod verification;
