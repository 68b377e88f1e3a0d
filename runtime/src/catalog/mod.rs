//! What a database has, said as the macros say it: read from the catalogs, compared with what a
//! history declares, written as migrations.

pub(crate) mod adopted;
pub(crate) mod code;
pub(crate) mod compare;
pub(crate) mod declaration;
pub(crate) mod older;
pub(crate) mod order;
pub(crate) mod read;
pub(crate) mod said;
pub(crate) mod scratch;
