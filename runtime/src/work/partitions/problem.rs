//! What keeps a rule from being kept, with what it causes and what to do.

use crate::migration::Phase;
use crate::outcome::error::{Error, ErrorKind};
use crate::outcome::finding::{Check, Finding, Severity};
use crate::record::rules::Kept;
use crate::session::shown::on_one_line;
use crate::settings::Settings;

/// One such thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) what: String,
    pub(crate) effect: &'static str,
    pub(crate) help: &'static str,
}

const REFUSED: &str =
    "rows of a period that has no partition are refused (23514), or stay with a default one";

const STAYS: &str = "what is old stays, and takes room";

impl Problem {
    fn new(what: &str, effect: &'static str, help: &'static str) -> Problem {
        Problem { what: on_one_line(what), effect, help }
    }

    pub(super) fn not_there(table: &str) -> Problem {
        let what = format!("{table} is not there, or not partitioned by range on one date or time");
        let help = "put it back, or end its rule with `keep_partitions!(…, none)`";
        Problem::new(&what, REFUSED, help)
    }

    pub(super) fn denied(table: &str, role: &str, owner: &str) -> Problem {
        let what = format!(
            "the role {role} may make no partitions of {table}, which {owner} owns, in its schema"
        );
        let help = "let a role that may call `migrate()` from time to time, or make this one a member of the \
                    owner's and grant it CREATE on the schema";
        Problem::new(&what, REFUSED, help)
    }

    pub(super) fn part_covered(what: &str) -> Problem {
        let help = "make a partition of the rest with `create_partition!`, or detach the other";
        Problem::new(what, REFUSED, help)
    }

    pub(super) fn name_taken(what: &str) -> Problem {
        Problem::new(
            what,
            REFUSED,
            "rename or drop what has the name, or attach it with `attach_partition!`",
        )
    }

    pub(super) fn in_the_rest(rest: &str, low: &str, high: &str) -> Problem {
        let what =
            format!("{rest} holds rows from {low} to {high} (UTC), so that these get no partition");
        let help = "move them into a table that is attached then, or delete them; where they are to stay, \
                    nothing is to be done";
        Problem::new(&what, "rows of that period stay with the default partition", help)
    }

    pub(super) fn under_way(table: &str, migration: &str) -> Problem {
        let what = format!(
            "partitions of {table} do not go while `{migration}`, which is about it, is under way"
        );
        Problem::new(&what, STAYS, "let its contract run, or end what it waits for")
    }

    pub(super) fn pointed_at(what: &str) -> Problem {
        Problem::new(what, STAYS, "drop the foreign key, or leave out `keep` and `behind`")
    }

    /// Returns what is told of it, unless the settings say that it is to be ignored. Whatever they say, it
    /// stops no run: there may be none for a while.
    pub(crate) fn finding(self, settings: &Settings, kept: &Kept) -> Option<Finding> {
        let check = Check::Partition;
        let severity = settings.preflight.severity(check, Severity::Warn);
        let Problem { what, effect, help } = self;
        let (migration, phase) = (kept.migration.to_owned(), Phase::Migrate);
        let finding = Finding { check, severity, migration, phase, what, effect, help };
        (severity > Severity::Ignore).then_some(finding)
    }

    /// Of what could not be done although it was due. What ends the run, or tells it to stop, is passed on.
    pub(super) fn of(doing: &str, error: Error, goes: bool) -> Result<Problem, Error> {
        use ErrorKind::{Denied, LockTimeout, Statement};
        if !matches!(error.kind(), Denied | LockTimeout | Statement) {
            return Err(error);
        }
        let help = "mend what it says; it is tried again in a while";
        let effect = if goes { STAYS } else { REFUSED };
        Ok(Problem::new(&format!("{doing}: {error}"), effect, help))
    }
}
