//! What is said of an SQLSTATE where the server's own words may quote a row.

/// Whether a statement reads or writes rows of the user's, or computes an expression on them.
///
/// Then what the server says of a failure may quote a value: a cast quotes what it cannot read,
/// a constraint the key, a user's trigger whatever it likes. It is not passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadsRows {
    Yes,
    No,
}

impl From<bool> for ReadsRows {
    fn from(reads_rows: bool) -> ReadsRows {
        if reads_rows { ReadsRows::Yes } else { ReadsRows::No }
    }
}

/// PostgreSQL manual, appendix "PostgreSQL Error Codes".
const STATES: [(&str, &str); 24] = [
    ("21000", "a query that is to give one row gave several"),
    ("22001", "a text is too long for its type"),
    ("22003", "a number is out of range"),
    ("22004", "a null stands where a value is needed"),
    ("22007", "a date or a time is not written as its type wants it"),
    ("22008", "a date or a time is out of range"),
    ("22012", "a division by zero"),
    ("22P02", "a text is not written as its type wants it"),
    ("23502", "a null stands in a column that takes none"),
    ("23503", "a row points at no row"),
    ("23505", "two rows have the same unique key"),
    ("23514", "a row breaks a check"),
    ("23P01", "two rows exclude each other"),
    ("42501", "a right is missing"),
    ("42601", "a text cannot be parsed"),
    ("42703", "a column does not exist"),
    ("42704", "an object does not exist"),
    ("42804", "the types do not fit"),
    ("42883", "a function or an operator does not exist"),
    ("42P01", "a relation does not exist"),
    ("44000", "a row breaks the check option of a view"),
    ("54001", "the stack is not deep enough"),
    ("57014", "the statement was cancelled"),
    ("P0001", "a function or a trigger raised an exception"),
];

const CLASSES: [(&str, &str); 10] = [
    ("0A", "something that PostgreSQL does not support"),
    ("22", "a value that does not fit"),
    ("23", "a constraint is broken"),
    ("40", "the transaction was rolled back"),
    ("42", "a statement that makes no sense to the server"),
    ("53", "the server lacks resources"),
    ("54", "a limit of the server is exceeded"),
    ("55", "an object is not in the state that this needs"),
    ("P0", "a function failed"),
    ("XX", "an internal error of the server"),
];

/// Our own words for a state.
fn words(code: &str) -> &'static str {
    let state = STATES.iter().find(|(known, _)| *known == code);
    let class = || CLASSES.iter().find(|(class, _)| code.starts_with(class));
    state.or_else(class).map_or("the statement failed", |(_, words)| words)
}

/// Returns what is told of a failure in place of the server's message.
pub(crate) fn instead_of_message(code: &str) -> String {
    let words = words(code);
    format!(
        "{words} (SQLSTATE {code}); the server's own words, which may quote a row, are in its log"
    )
}

/// Tells whether a failure lies in what a row holds, so that the row is worth looking for.
pub(crate) fn is_of_row(code: &str) -> bool {
    const CLASSES: [&str; 6] = ["21", "22", "23", "42", "44", "P0"];
    // What is missing is missing for every row, and so is a right.
    CLASSES.iter().any(|class| code.starts_with(class)) && code != "42501"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_words_and_the_nearest_are_taken() {
        assert_eq!(words("22P02"), "a text is not written as its type wants it");
        assert_eq!(words("22P05"), "a value that does not fit");
        assert_eq!(words("F0000"), "the statement failed");
    }
}
