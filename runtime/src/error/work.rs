//! Why the work of a step could not be done.

use std::fmt;

use super::kind::lines;

#[derive(Debug)]
pub(crate) enum WorkError {
    Violation { table: String, problem: String, help: String, samples: Vec<String> },
    Unfilled { table: String, rows: u64 },
    TooLarge { table: String, estimate: u64, max_rows: u64, reason: String },
    Conversion { function: String, table: String, row: Option<String>, what: String },
    NameTaken { name: String },
    NotIndexable { index: String, why: String, help: String },
}

impl fmt::Display for WorkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WorkError::Violation { table, problem, help, samples } => {
                write!(f, "rows of {table} {problem}\n{}help: {help}", lines(samples))
            }
            WorkError::Unfilled { table, rows } => write!(
                f,
                "{rows} or more rows of {table} are still not filled after the backfill\n\
                 help: look for a trigger or a rule that takes the values back, or for a build that \
                 writes rows without them"
            ),
            WorkError::TooLarge { table, estimate, max_rows, reason } => write!(
                f,
                "{table} has {estimate} rows by the planner's estimate, more than the \
                 {max_rows} that the one-step form was allowed for, because {reason}\n\
                 help: take `direct(…)` out, or `analyze {table}` if it has fewer rows than that"
            ),
            WorkError::Conversion { function, table, row: Some(row), what } => {
                write!(f, "`{function}` failed for the row of {table} with {row}: {what}")
            }
            WorkError::Conversion { function, table, row: None, what } => {
                write!(f, "`{function}` failed for rows of {table}: {what}")
            }
            WorkError::NameTaken { name } => write!(
                f,
                "the name {name} is taken\n\
                 help: drop what has it, or give the index another name"
            ),
            WorkError::NotIndexable { index, why, help } => {
                write!(f, "index {index} cannot be made: {why}\nhelp: {help}")
            }
        }
    }
}
