//! Rows are verified while clients write: two shapes of one database, and one database against
//! another.

mod against;
mod followed;
mod history;
mod refused;
mod resumed;
mod shapes;
