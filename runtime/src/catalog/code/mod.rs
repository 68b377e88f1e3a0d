//! What a history declares as code of an ORM: read from the catalogs once it is built there, and
//! written as the schema of Diesel or the entities of SeaORM.

mod diesel;
mod lines;
mod names;
pub(crate) mod read;
pub(crate) mod schema;
mod sea_orm;
