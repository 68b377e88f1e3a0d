//! PostgreSQL's grammar: what a text of SQL says, as far as the text alone tells.

mod expression;
mod functions;
mod mistake;
mod names;
mod slip;
mod tree;

pub(crate) use expression::{Expression, problem_of_type};
pub(crate) use functions::{Call, Volatility};
pub(crate) use names::{Reference, Source};
