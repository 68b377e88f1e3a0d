//! Whether rows agree: two shapes of one database, or two databases. It walks in short statements
//! that only read.

pub(crate) mod against;
mod item;
mod pace;
mod position;
mod reader;
mod row;
mod shapes;
mod tale;

pub(crate) use self::item::{Item, in_step};
pub(crate) use self::shapes::verify;
