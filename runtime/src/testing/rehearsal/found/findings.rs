//! What the watch of locks and the clients saw, as figures and problems.

use std::collections::BTreeMap;
use std::time::Duration;

use super::outcome::{Latency, Problem, ProblemKind, Rehearsal, RehearsedPhase};
use crate::outcome::report::Report;
use crate::outcome::status::{State, Status};
use crate::session::shown::shown;
use crate::testing::rehearsal::clients::build::Age;
use crate::testing::rehearsal::clients::seen::{PhaseSeen, Trouble};
use crate::testing::rehearsal::locks::watch::{Longest, Watched};

/// The part in which nobody but old clients is there, before the migration is begun.
pub(in crate::testing::rehearsal) const AT_REST: &str = "at rest";

/// What a run adds to its `lock_timeout` on a busy machine.
const SLACK: Duration = Duration::from_millis(200);

/// Notes the longest locks of a phase, and those that the plan does not declare.
pub(in crate::testing::rehearsal) fn note_locks(
    found: &mut Rehearsal,
    phase: &mut RehearsedPhase,
    watched: Watched,
) {
    let bound = found.longest_lock;
    if let Some(Longest { took, mode, table, query }) = watched.hold {
        phase.longest_lock = took;
        phase.lock = Some(format!("{mode} on {table}"));
        if took > bound {
            let what =
                format!("{mode} on {table} was held for {took:.1?}, longer than {bound:.1?}");
            found.problems.push(lock(phase, what, Some(query), TOO_LONG));
        }
    }
    if let Some(Longest { took, mode, table, query }) = watched.wait {
        phase.longest_wait = took;
        if took > bound + SLACK {
            let what = format!(
                "a run waited {took:.1?} for {mode} on {table}, with clients queued behind it"
            );
            found.problems.push(lock(phase, what, Some(query), WAITS));
        }
    }
    for ((table, mode), (most, query)) in watched.undeclared {
        let what = format!("{mode} on {table} was taken, and the plan declares {most} at most");
        found.problems.push(lock(phase, what, Some(query), UNDECLARED));
    }
}

const TOO_LONG: &str = "let a macro make this change in phases, or make the statement shorter: what it \
    does to rows belongs into a backfill";
const WAITS: &str = "a lower `lock_timeout` lets clients through sooner; find out which of your own \
    transactions are that long";
const UNDECLARED: &str =
    "say in `sql!` which locks the statement takes, so that whoever reviews it knows";

fn lock(phase: &RehearsedPhase, what: String, statement: Option<String>, help: &str) -> Problem {
    Problem {
        kind: ProblemKind::Lock,
        migration: phase.migration.clone(),
        phase: phase.name,
        what,
        statement: statement.map(|statement| shown(&statement)),
        code: None,
        help: help.to_owned(),
    }
}

/// Notes what a run says of itself. Its clock knows of locks that are too brief to be sampled.
pub(in crate::testing::rehearsal) fn note_report(found: &mut Rehearsal, report: &Report) {
    let bound = found.longest_lock;
    for finding in &report.findings {
        let said = finding.to_string();
        let note = said.lines().collect::<Vec<_>>().join("; ");
        if !found.notes.contains(&note) {
            found.notes.push(note);
        }
    }
    let Some(phase) = found.phases.last_mut() else { return };
    phase.rows += report.phases.iter().map(|phase| phase.rows).sum::<u64>();
    let longest = report.longest_lock();
    let is_known = phase.longest_lock > bound;
    phase.longest_lock = phase.longest_lock.max(longest);
    if longest > bound && !is_known {
        let what = format!(
            "a lock that blocks clients was held for {longest:.1?}, longer than {bound:.1?}, by the \
             runner's own clock"
        );
        let problem = lock(phase, what, None, TOO_LONG);
        found.problems.push(problem);
    }
}

/// Notes the latencies of each phase, and what clients met as a problem once for each migration.
pub(in crate::testing::rehearsal) fn note_clients(found: &mut Rehearsal, seen: &[PhaseSeen]) {
    let mut all: BTreeMap<(String, Trouble), Met> = BTreeMap::new();
    let mut again = 0;
    for (phase, seen) in found.phases.iter_mut().zip(seen) {
        again += seen.prepared_again;
        for (age, latency) in [(Age::Old, &mut phase.old), (Age::New, &mut phase.new)] {
            *latency = Latency::of(&seen.sorted(age), seen.errors(age));
        }
        for (trouble, (count, row)) in &seen.troubles {
            let met = all.entry((phase.migration.clone(), trouble.clone())).or_default();
            met.count += count;
            met.phases.push(phase.name);
            if met.row.is_empty() {
                met.row.clone_from(row);
            }
        }
    }
    let before = without_the_migration(&all);
    for ((migration, trouble), met) in all {
        let error = (migration.clone(), trouble.code.clone(), trouble.message.clone());
        if !before.contains_key(&error) {
            found.problems.push(problem(migration, trouble, &met));
        }
    }
    found.left_out.extend(before.into_iter().map(|((migration, _, message), count)| {
        format!("what clients of `{migration}` tried {count} times and what fails at rest, too: {message}")
    }));
    if again > 0 {
        found.notes.push(format!(
            "{again} prepared statements had to be prepared again, because what they give has another \
             type: a driver that does not do that by itself shows 0A000 once for each"
        ));
    }
}

/// Errors by their migration.
type Errors = BTreeMap<(String, Option<String>, String), u64>;

/// Returns the errors that clients met before a migration was begun, and how often they met each in all: the
/// rows of the database or a trigger of its own makes such statements fail, and not the migration.
fn without_the_migration(all: &BTreeMap<(String, Trouble), Met>) -> Errors {
    let error = |migration: &String, trouble: &Trouble| {
        (migration.clone(), trouble.code.clone(), trouble.message.clone())
    };
    let is_before = |trouble: &Trouble, met: &Met| {
        trouble.code.is_some() && met.phases.first() == Some(&AT_REST)
    };
    let mut errors = Errors::new();
    for ((migration, trouble), met) in all {
        if is_before(trouble, met) {
            errors.insert(error(migration, trouble), 0);
        }
    }
    for ((migration, trouble), met) in all {
        if let Some(count) = errors.get_mut(&error(migration, trouble)) {
            *count += met.count;
        }
    }
    errors
}

/// How often the same was met.
#[derive(Default)]
struct Met {
    count: u64,
    phases: Vec<&'static str>,
    row: String,
}

fn problem(migration: String, trouble: Trouble, met: &Met) -> Problem {
    let Trouble { age, statement, code, message } = trouble;
    let mut phases = met.phases.clone();
    phases.dedup();
    let row = if met.row.is_empty() { String::new() } else { format!(" ({})", met.row) };
    let times = if met.count == 1 { "once".to_owned() } else { format!("{} times", met.count) };
    let what = format!("{} builds, {times}, in {}: {message}{row}", age.word(), phases.join(", "));
    let help = match code.as_deref() {
        Some(code) if code.starts_with("42") => {
            "the statement names what that shape does not have: deploy a build without it first, or \
             keep what it names until the contract"
        }
        Some(code) if code.starts_with("23") => {
            "what clients write breaks a constraint: mend the rows, or make it hold for what old builds \
             write"
        }
        Some(code) if code.starts_with("57") || code.starts_with("55") => {
            "a timeout ended it while it waited: see the longest lock of that phase"
        }
        Some(_) => "see what the statement meets in that phase",
        None => {
            "a client reads something else than was written: see the triggers and the fill of the \
                 change"
        }
    };
    Problem {
        kind: ProblemKind::Client,
        migration,
        phase: phases.first().copied().unwrap_or_default(),
        what,
        statement: Some(shown(&statement)),
        code,
        help: help.to_owned(),
    }
}

/// The state that a database is in, a sentence.
pub(in crate::testing::rehearsal) fn state(status: &Status) -> String {
    let pending = status.migrations.iter().filter(|one| one.state == State::Pending).count();
    let last = status.migrations.iter().rfind(|one| one.state != State::Pending);
    let reached = match last {
        Some(last) => format!("`{}` is {}", last.id, last.state),
        None => "nothing has run".to_owned(),
    };
    let left =
        if pending == 0 { String::new() } else { format!(", {pending} migrations are pending") };
    format!(
        "The database is not as it was: {reached}{left}, and it has rows that clients of the rehearsal \
         wrote. Drop it, or make the copy anew before another rehearsal."
    )
}
