//! What the server runs: functions, triggers, rules.

mod functions;
mod triggers;

use super::words::raw;
use crate::catalog::declaration::DeclaredKind;
use crate::catalog::read::kind::Kind;

pub(super) const KINDS: &[Kind] =
    &[functions::KIND, AGGREGATES, triggers::KIND, RULES, EVENT_TRIGGERS];

// No macro makes any of these.
const AGGREGATES: Kind = Kind {
    sql: include_str!("aggregates.sql"),
    say: |rows, found| raw::say(DeclaredKind::Function, rows, found),
};
const RULES: Kind = Kind { sql: include_str!("rules.sql"), say: raw::others };
const EVENT_TRIGGERS: Kind = Kind { sql: include_str!("event_triggers.sql"), say: raw::others };
