//! PostgreSQL's grammar: what a text of SQL says, as far as the text alone tells.

mod expression;
mod functions;
mod into;
mod mistake;
mod names;
mod script;
mod slip;
mod tree;

pub(crate) use expression::{Expression, problem_of_type};
pub(crate) use functions::{Call, Volatility, is_own_function};
pub(crate) use names::{Reference, Source, is_plain_name};
pub(crate) use script::{
    Script, is_standard_body, problem_of_plpgsql, problem_of_query, problem_of_standard_body,
};
pub(crate) use tree::{Kind, Node};
