//! PostgreSQL's grammar: what a text of SQL says, as far as the text alone tells.

mod expression;
mod functions;
mod mistake;
mod names;
mod script;
mod slip;
mod tree;

pub(crate) use expression::{Expression, problem_of_type};
pub(crate) use functions::{Call, Volatility};
pub(crate) use names::{Reference, Source};
pub(crate) use script::{Script, problem_of_plpgsql, problem_of_query};
pub(crate) use tree::{Kind, Node};
