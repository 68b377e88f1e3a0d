//! What the database remembers of a history, in the schema `changeover`, and what may run by that. It
//! imports what stands above: `session` to `lock`.

pub(crate) mod ledger;
pub(crate) mod presence;
pub(crate) mod rules;
pub(crate) mod store;
