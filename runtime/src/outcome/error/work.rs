//! Why the work of a step could not be done.

use std::fmt;

/// What lets a role give privileges and take them back.
pub(crate) const MAY_PASS_ON: &str = "make the runner's role a member of the owner's, or give it the privilege `with grant option`; \
     what another role has given, that role takes back by `revoke`";

#[derive(Debug)]
pub(crate) enum WorkError {
    Violation {
        table: String,
        problem: String,
        help: String,
        samples: Vec<String>,
    },
    Unfilled {
        table: String,
        rows: u64,
        by: String,
        pending: String,
        samples: Vec<String>,
    },
    NotRemoved {
        table: String,
        rows: u64,
        condition: String,
        samples: Vec<String>,
    },
    /// No column of a table can be set to itself.
    Unwritable {
        table: String,
    },
    /// Rows that another table did not take.
    KeptOut {
        table: String,
        into: String,
        rows: u64,
    },
    /// What another table lacks to take the rows of this one.
    Unmovable {
        table: String,
        into: String,
        unfit: Vec<String>,
    },
    TooLarge {
        table: String,
        estimate: u64,
        max_rows: u64,
        reason: String,
    },
    Unconvertible {
        table: String,
        row: Option<String>,
        doing: String,
        help: String,
        code: String,
        what: String,
    },
    Conversion {
        function: String,
        table: String,
        row: Option<String>,
        what: String,
    },
    NameTaken {
        name: String,
    },
    /// Privileges that a statement has not given or not taken back.
    Privileges {
        what: Vec<String>,
    },
    NotIndexable {
        index: String,
        why: String,
        help: String,
    },
}

impl fmt::Display for WorkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WorkError::Violation { table, problem, help, samples } => {
                write!(f, "rows of {table} {problem}\n{}help: {help}", lines(samples))
            }
            WorkError::Unfilled { table, rows, by, pending, samples } => write!(
                f,
                "{rows} or more rows of {table} are still not filled by `{by}`\n{}\
                 note: they still meet `{pending}`\n\
                 help: let the expression give such rows what does not meet it, or look for a \
                 trigger that takes the values back and a build that writes rows without them",
                lines(samples)
            ),
            WorkError::NotRemoved { table, rows, condition, samples } => write!(
                f,
                "{rows} or more rows of {table} are still there\n{}\
                 note: they still meet `{condition}`\n\
                 help: look for a trigger before delete that keeps them, and a policy that hides them",
                lines(samples)
            ),
            WorkError::Unwritable { table } => write!(
                f,
                "no row of {table} can move: each column is computed, or one that a trigger waits for\n\
                 help: let a trigger `update of` name only the columns that it is about"
            ),
            WorkError::KeptOut { table, into, rows } => write!(
                f,
                "{into} has not taken {rows} rows of {table}, and this batch was taken back\n\
                 help: look for a trigger before insert on {into} that keeps rows out"
            ),
            WorkError::Unmovable { table, into, unfit } => write!(
                f,
                "rows of {table} do not fit into {into}\n{}\
                 help: give it these columns first, of the same types",
                lines(unfit)
            ),
            WorkError::TooLarge { table, estimate, max_rows, reason } => write!(
                f,
                "{table} has {estimate} rows by the planner's estimate, more than the \
                 {max_rows} that the one-step form was allowed for, because {reason}\n\
                 help: take `direct(…)` out, or `analyze {table}` if it has fewer rows than that"
            ),
            WorkError::Unconvertible { table, row, doing, help, what, .. } => {
                match row {
                    Some(row) => write!(f, "{doing} fails at the row of {table} with {row}")?,
                    None => write!(f, "{doing} fails at a row of {table}")?,
                }
                write!(f, "\nnote: {what}\nhelp: {help}")
            }
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
            WorkError::Privileges { what } => write!(
                f,
                "the server has only warned, and not done all of it\n{}help: {MAY_PASS_ON}",
                lines(what)
            ),
            WorkError::NotIndexable { index, why, help } => {
                write!(f, "index {index} cannot be made: {why}\nhelp: {help}")
            }
        }
    }
}

pub(super) fn lines(samples: &[String]) -> String {
    samples.iter().fold(String::new(), |lines, sample| lines + "  " + sample + "\n")
}
