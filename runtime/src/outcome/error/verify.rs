//! What came of a verification that is no mere answer.

use std::fmt;

use crate::migration::Phase;
use crate::outcome::verification::Verification;

#[derive(Debug)]
pub(crate) enum VerifyError {
    /// Rows differ of which a phase would leave one shape.
    Differ { migration: String, phase: Phase, verification: Box<Verification> },
    /// It was to go on where it cannot.
    Position { why: String },
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VerifyError::Differ { migration, phase, verification } => write!(
                f,
                "the {phase} of `{migration}` has not begun: it would leave one shape of rows that \
                 differ\n{verification}\
                 note: nothing was changed, and old and new builds go on; something wrote these \
                 rows past the triggers\n\
                 help: write the right value to the column that has the wrong one, and the trigger \
                 carries it over; then run again. Without `verify_before_contract` what the other \
                 shape has is lost"
            ),
            VerifyError::Position { why } => write!(
                f,
                "the verification cannot go on where the position says: {why}\n\
                 help: begin again without it"
            ),
        }
    }
}
