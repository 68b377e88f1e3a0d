//! The statements that make a record say what somebody knows.

use super::Store;
use crate::migration::Phase;
use crate::outcome::status::State;
use crate::record::ledger::StepState;
use crate::session::sql::quote_literal;

/// All that is recorded of a migration, which need not be one of ours, and the gates of what it
/// declares, none of which has been gone through.
pub(crate) fn forget(history: &str, id: &str) -> [String; 3] {
    let (history, id) = (quote_literal(history), quote_literal(id));
    [
        format!(
            "delete from changeover.gates where history = {history} and (migration = {id} \
             or position >= (select position from changeover.migrations \
             where history = {history} and id = {id}))"
        ),
        format!("delete from changeover.steps where history = {history} and migration = {id}"),
        format!("delete from changeover.migrations where history = {history} and id = {id}"),
    ]
}

/// The steps of a migration whose rows no run of ours can have written.
pub(crate) fn unreadable(history: &str, id: &str) -> String {
    let (history, id) = (quote_literal(history), quote_literal(id));
    let phases: Vec<String> =
        Phase::ALL.iter().map(|phase| quote_literal(&phase.to_string())).collect();
    let states: Vec<String> = StepState::ALL.iter().map(|one| quote_literal(one.name())).collect();
    let (phases, states) = (phases.join(", "), states.join(", "));
    format!(
        "delete from changeover.steps where history = {history} and migration = {id} \
         and (phase not in ({phases}) or ordinal < 1 or rows < 0 or state not in ({states}))"
    )
}

impl Store<'_> {
    /// Makes the recorded plan of a phase ours, and keeps how far each step is unless all are done.
    pub(crate) fn adopt(&self, phase: Phase, all_done: bool) -> Vec<String> {
        let state = if all_done { StepState::Done } else { StepState::Planned };
        let set = if all_done {
            "sql = excluded.sql, state = excluded.state, cursor = null, error = null"
        } else {
            "sql = excluded.sql"
        };
        let count = self.migration.steps(phase).count();
        let (history, id) = (quote_literal(self.history), quote_literal(self.migration.id));
        let rest = format!(
            "delete from changeover.steps where history = {history} and migration = {id} \
             and phase = '{phase}' and ordinal > {count}"
        );
        let steps = self.planned_steps(phase, 0, state).map(|sql| on_conflict(&sql, set));
        [rest].into_iter().chain(steps).collect()
    }

    /// Writes down the steps of which nothing is recorded.
    pub(crate) fn complete(&self, phase: Phase) -> Vec<String> {
        let steps = self.planned_steps(phase, 0, StepState::Planned);
        // A step that has not run gets our text, since what comes before a step that has is fixed.
        let set = "sql = case when steps.state in ('planned', 'passed', 'undone') \
                   then excluded.sql else steps.sql end";
        [self.row()].into_iter().chain(steps.map(|sql| on_conflict(&sql, set))).collect()
    }

    pub(crate) fn mark(&self, phase: Phase, step: usize, state: StepState) -> String {
        let (history, id) = (quote_literal(self.history), quote_literal(self.migration.id));
        let state = state.name();
        format!(
            "update changeover.steps set state = '{state}', cursor = null, error = null, \
             finished_at = clock_timestamp() where history = {history} and migration = {id} \
             and phase = '{phase}' and ordinal = {step}"
        )
    }

    /// Keeps out builds that do not declare the phase at `place`, or lets them in again.
    pub(crate) fn gate(&self, phase: Phase, place: Option<usize>) -> String {
        let (history, id) = (quote_literal(self.history), quote_literal(self.migration.id));
        match place {
            Some(place) => format!(
                "insert into changeover.gates as g \
                 (history, migration, phase, position, checked_at, opened_at) values \
                 ({history}, {id}, '{phase}', {place}, clock_timestamp(), clock_timestamp()) \
                 on conflict (history, migration, phase) do update \
                 set held_by = '{{}}', opened_at = coalesce(g.opened_at, excluded.opened_at)"
            ),
            None => format!(
                "delete from changeover.gates \
                 where history = {history} and migration = {id} and phase = '{phase}'"
            ),
        }
    }

    pub(crate) fn state(&self, state: State) -> String {
        let (history, id) = (quote_literal(self.history), quote_literal(self.migration.id));
        let state = state.name();
        format!(
            "update changeover.migrations set state = '{state}' \
             where history = {history} and id = {id}"
        )
    }
}

fn on_conflict(insert: &str, set: &str) -> String {
    format!("{insert} on conflict (history, migration, phase, ordinal) do update set {set}")
}
