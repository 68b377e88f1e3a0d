//! PostgreSQL's grammar: what a text of SQL says, as far as the text alone tells.

mod expression;
mod functions;
mod mistake;
mod names;
mod slip;
mod tree;
mod whole;

pub(crate) use expression::{Expression, problem_of_type};
pub(crate) use functions::{Call, Volatility};
pub(crate) use names::{Reference, Source};
pub(crate) use whole::{problem_of_body, problem_of_query};
