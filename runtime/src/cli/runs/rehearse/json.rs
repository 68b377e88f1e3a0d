//! What a rehearsal found, as an object.

use serde_json::{Value, json};

use crate::testing::{Extrapolated, Latency, Problem, Rehearsal, RehearsedPhase, RehearsedStep};

/// Scripts read these names: one may be added, and none changed. Times are in seconds, sizes in bytes.
pub(super) fn of(rehearsal: &Rehearsal) -> Value {
    json!({
        "clean": rehearsal.is_clean(),
        "database": rehearsal.database,
        "server": rehearsal.server,
        "migrations": rehearsal.migrations,
        "took_seconds": rehearsal.took.as_secs_f64(),
        "problems": rehearsal.problems.iter().map(problem).collect::<Vec<_>>(),
        "phases": rehearsal.phases.iter().map(phase).collect::<Vec<_>>(),
        "steps": rehearsal.steps.iter().map(step).collect::<Vec<_>>(),
        "left_out": rehearsal.left_out,
        "notes": rehearsal.notes,
        "stopped": rehearsal.stopped,
        "state": rehearsal.state,
        "longest_lock_seconds": rehearsal.longest_lock.as_secs_f64(),
    })
}

fn problem(problem: &Problem) -> Value {
    let Problem { kind, migration, phase, what, statement, code, help } = problem;
    json!({
        "kind": format!("{kind:?}").to_lowercase(),
        "migration": migration,
        "phase": phase,
        "what": what,
        "statement": statement,
        "code": code,
        "help": help,
    })
}

fn phase(phase: &RehearsedPhase) -> Value {
    json!({
        "migration": phase.migration,
        "name": phase.name,
        "took_seconds": phase.took.as_secs_f64(),
        "rows": phase.rows,
        "wal": phase.wal,
        "growth": phase.growth,
        "longest_lock_seconds": phase.longest_lock.as_secs_f64(),
        "lock": phase.lock,
        "longest_wait_seconds": phase.longest_wait.as_secs_f64(),
        "old": latency(&phase.old),
        "new": latency(&phase.new),
    })
}

fn latency(latency: &Latency) -> Value {
    let Latency { requests, errors, p50, p99, max } = latency;
    json!({
        "requests": requests,
        "errors": errors,
        "p50_seconds": p50.as_secs_f64(),
        "p99_seconds": p99.as_secs_f64(),
        "max_seconds": max.as_secs_f64(),
    })
}

fn step(step: &RehearsedStep) -> Value {
    json!({
        "migration": step.migration,
        "phase": step.phase.to_string(),
        "number": step.number,
        "change": step.change,
        "why": step.why,
        "foreseen": step.foreseen,
        "foreseen_most_seconds": step.foreseen_most.map(|most| most.as_secs_f64()),
        "took_seconds": step.took.map(|took| took.as_secs_f64()),
        "foreseen_rows": step.foreseen_rows,
        "rows": step.rows,
        "extrapolated": step.extrapolated.as_ref().map(extrapolated),
    })
}

fn extrapolated(sample: &Extrapolated) -> Value {
    let Extrapolated { ran, part, whole, rows, wal } = sample;
    json!({
        "ran_seconds": ran.as_secs_f64(),
        "part_thousandths": part,
        "whole_seconds": whole.as_secs_f64(),
        "rows": rows,
        "wal": wal,
    })
}
