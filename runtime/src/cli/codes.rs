//! The codes that commands end with: one table for all of them.
//!
//! 2 is clap's, for what is no command, and a process that a second signal ends has 128 and the
//! signal's number, as a shell would say it.

use crate::outcome::error::{Error, ErrorKind};

pub(crate) const FAILED: u8 = 1;
pub(crate) const REFUSED: u8 = 3;
/// A check has been done, and has found something.
pub(crate) const DIFFERS: u8 = 4;
pub(crate) const WAITS: u8 = 5;
pub(crate) const INTERRUPTED: u8 = 6;
pub(crate) const NOTHING: u8 = 7;

/// Returns what a run that stopped with this error ends with.
pub(crate) fn of(error: &Error) -> u8 {
    match error.kind() {
        ErrorKind::GateHeld | ErrorKind::ContractPending => WAITS,
        ErrorKind::Interrupted => INTERRUPTED,
        // The same again would be refused again: somebody has to change something first.
        ErrorKind::InvalidName
        | ErrorKind::InvalidSetting
        | ErrorKind::Edited
        | ErrorKind::Diverged
        | ErrorKind::TooOld
        | ErrorKind::TooNew
        | ErrorKind::UnknownMigration
        | ErrorKind::RehearsalRefused
        | ErrorKind::UndoRefused
        | ErrorKind::RepairRefused
        | ErrorKind::ReasonMissing
        | ErrorKind::NotAsDeclared
        | ErrorKind::Preflight
        | ErrorKind::ShapesDiffer
        | ErrorKind::Position
        | ErrorKind::UnderWay
        | ErrorKind::Untrusted => REFUSED,
        _ => FAILED,
    }
}

/// The code as a word of JSON.
pub(crate) fn word(code: u8) -> &'static str {
    match code {
        0 => "done",
        REFUSED => "refused",
        WAITS => "waiting",
        INTERRUPTED => "interrupted",
        NOTHING => "nothing_to_do",
        _ => "failed",
    }
}
