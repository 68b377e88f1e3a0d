//! What is written into the schema `changeover`.

pub(crate) mod events;
pub(crate) mod repair;
mod schema;
pub(crate) mod settled;
pub(crate) mod trust;

use std::fmt::Write as _;
use std::time::Duration;

use crate::lock::RunSession;
use crate::migration::text::plan_text;
use crate::migration::{Migration, Phase, Step};
use crate::outcome::error::{Error, ErrorKind};
use crate::outcome::status::State;
use crate::record::ledger::StepState;
use crate::session::sql::{or_refused, quote_literal, quote_nullable};

pub(crate) use self::schema::prepare;

/// The rows of one migration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Store<'a> {
    pub(crate) history: &'a str,
    pub(crate) migration: &'static Migration,
    pub(crate) position: usize,
    /// Its parent as it is remembered.
    pub(crate) parent: Option<&'static str>,
}

impl Store<'_> {
    /// The statements that write down what a phase is going to do after its first `kept` steps, in place
    /// of what an earlier build, of which nothing else has run, was going to.
    pub(crate) fn planned(&self, phase: Phase, kept: usize) -> Vec<String> {
        let (history, id) = (quote_literal(self.history), quote_literal(self.migration.id));
        let forget = format!(
            "delete from changeover.steps \
             where history = {history} and migration = {id} and phase = '{phase}' \
             and ordinal > {kept}"
        );
        let mut statements = vec![self.row(), forget];
        statements.extend(self.planned_steps(phase, kept, StepState::Planned));
        statements
    }

    pub(crate) fn row(&self) -> String {
        let (history, id) = (quote_literal(self.history), quote_literal(self.migration.id));
        let parent = quote_nullable(self.parent);
        let (position, version) = (self.position, self.migration.plan_version);
        let state = State::Pending.name();
        format!(
            "insert into changeover.migrations \
             (history, id, parent, position, plan_version, state) \
             values ({history}, {id}, {parent}, {position}, {version}, '{state}') \
             on conflict (history, id) do update \
             set parent = {parent}, position = {position}, plan_version = {version}"
        )
    }

    /// Remembers the parent, and no more, of one that is remembered.
    pub(crate) fn rename_parent(&self) -> String {
        let (history, id) = (quote_literal(self.history), quote_literal(self.migration.id));
        let parent = quote_nullable(self.parent);
        format!(
            "update changeover.migrations set parent = {parent} \
             where history = {history} and id = {id}"
        )
    }

    fn planned_steps(&self, phase: Phase, kept: usize, state: StepState) -> Option<String> {
        let mut sql = String::from(
            "insert into changeover.steps (history, migration, phase, ordinal, sql, state) values ",
        );
        let (history, id) = (quote_literal(self.history), quote_literal(self.migration.id));
        let state = state.name();
        let mut steps = self.migration.steps(phase).enumerate().skip(kept).peekable();
        steps.peek()?;
        for (index, step) in steps {
            let comma = if index == kept { "" } else { ", " };
            let text = quote_literal(&plan_text(&step.work));
            let ordinal = index + 1;
            let _ =
                write!(sql, "{comma}({history}, {id}, '{phase}', {ordinal}, {text}, '{state}')");
        }
        Some(sql)
    }

    /// The statement that records how far the migration is, for a transaction in which the run may
    /// write.
    pub(crate) fn reaches(&self, state: State) -> String {
        let changed = self.changed(state, "true");
        let told = or_refused("pg_catalog.count(*) = 1", &self.told());
        format!("with {changed} select {told} from changed")
    }

    /// The parts of a statement that records how far the migration is, on a condition. What is taken
    /// back opens its gates to older builds again.
    fn changed(&self, state: State, condition: &str) -> String {
        let (history, id) = (quote_literal(self.history), quote_literal(self.migration.id));
        let finished = match state {
            State::Migrated | State::Switched | State::Contracted | State::Pending => {
                "clock_timestamp()"
            }
            _ => "finished_at",
        };
        let closes = matches!(state, State::Migrated | State::Completed | State::Pending);
        let state = state.name();
        let changed = format!(
            "changed as (update changeover.migrations \
             set state = '{state}', finished_at = {finished} \
             where history = {history} and id = {id} and {condition} returning 1)"
        );
        if !closes {
            return changed;
        }
        format!(
            "{changed}, closed as (delete from changeover.gates \
             where history = {history} and migration = {id} and exists (select from changed))"
        )
    }

    /// Tells who watches that something has changed.
    fn told(&self) -> String {
        let history = quote_literal(self.history);
        format!("pg_catalog.pg_notify('changeover', {history})::text")
    }

    pub(crate) fn step(&self, phase: Phase, ordinal: usize, step: &'static Step) -> StepStore<'_> {
        StepStore { store: self, phase, ordinal, step }
    }
}

/// The row of one step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StepStore<'a> {
    store: &'a Store<'a>,
    phase: Phase,
    pub(crate) ordinal: usize,
    pub(crate) step: &'static Step,
}

impl StepStore<'_> {
    /// The id of the migration that it is of.
    pub(crate) fn migration(&self) -> &'static str {
        self.store.migration.id
    }

    /// Notes that a try begins, under a condition that is always true; behind what has to be written
    /// before it, if anything.
    pub(crate) async fn begin(
        &self,
        session: &mut RunSession<'_>,
        opening: Vec<String>,
        also: &str,
    ) -> Result<(), Error> {
        let set = "attempts = attempts + 1, started_at = clock_timestamp(), finished_at = null, error = null";
        let begun = self.written(&self.update(also, set), None);
        let statements: Vec<&str> = opening.iter().chain([&begun]).map(String::as_str).collect();
        session.in_transaction(&statements).await.map(drop)
    }

    /// Notes what is going to be done where that cannot be part of the same transaction; the
    /// cursor starts anew unless the same thing is being resumed.
    pub(crate) async fn intend(
        &self,
        session: &mut RunSession<'_>,
        state: StepState,
    ) -> Result<(), Error> {
        let state = state.name();
        let set = format!(
            "state = '{state}', cursor = case when state = '{state}' then cursor end, \
             rows = case when state = '{state}' then rows else 0 end"
        );
        let sql = self.update(session.write_condition(), &set);
        session.fenced(&sql).await
    }

    pub(crate) async fn restart(&self, session: &mut RunSession<'_>) -> Result<(), Error> {
        let sql = self.update(session.write_condition(), "cursor = null");
        session.fenced(&sql).await
    }

    /// Takes the intention back where it came to no row; best effort, since the connection may be
    /// what failed.
    pub(crate) async fn forget_if_empty(&self, session: &mut RunSession<'_>) {
        let (empty, planned) = ("state = 'intended' and rows = 0", StepState::Planned.name());
        let sql =
            self.update(session.write_condition(), &format!("state = '{planned}', cursor = null"));
        if let Err(error) = session.query(&format!("{sql} and {empty}")).await {
            tracing::warn!(%error, "cannot record that nothing was filled");
        }
    }

    pub(crate) async fn finish(
        &self,
        session: &mut RunSession<'_>,
        state: StepState,
        reaches: Option<State>,
    ) -> Result<(), Error> {
        session.in_transaction(&[&self.finished(state, reaches)]).await.map(drop)
    }

    /// The statement that records the step, and the end of its phase with the last one, for the
    /// transaction that does it and in which the run may write.
    pub(crate) fn finished(&self, state: StepState, reaches: Option<State>) -> String {
        let rows = if state == StepState::Done { "rows" } else { "0" };
        let state = state.name();
        let set = format!(
            "state = '{state}', cursor = null, rows = {rows}, \
             finished_at = clock_timestamp(), error = null"
        );
        self.written(&self.update("true", &set), reaches)
    }

    /// An update of the row, and what its migration reaches with it; it fails where a row is gone.
    fn written(&self, update: &str, reaches: Option<State>) -> String {
        let one = "pg_catalog.count(*) = 1";
        let Some(state) = reaches else {
            let written = or_refused(one, "''");
            return format!("with step as ({update} returning 1) select {written} from step");
        };
        let changed = self.store.changed(state, "exists (select from step)");
        let told = or_refused(one, &self.store.told());
        format!("with step as ({update} returning 1), {changed} select {told} from changed")
    }

    /// The statement that counts the rows that are `filled`, and moves the cursor on, if it does.
    pub(crate) fn filled(&self, own: &str, cursor: Option<&str>) -> String {
        let cursor = cursor.map(|cursor| format!("cursor = {}, ", quote_literal(cursor)));
        let cursor = cursor.unwrap_or_default();
        self.update(own, &format!("{cursor}rows = rows + (select count(*) from filled)"))
    }

    /// Keeps the error for `status`, or that somebody told the run to stop; best effort, since the
    /// connection may be what failed.
    pub(crate) async fn fail(&self, session: &mut RunSession<'_>, error: &Error) {
        let set = match error.kind() {
            ErrorKind::Interrupted => "interrupted_at = clock_timestamp(), error = null".to_owned(),
            _ => format!("error = {}", quote_literal(&error.in_full())),
        };
        let sql = self.update(session.write_condition(), &set);
        if let Err(error) = session.query(&sql).await {
            tracing::warn!(%error, "cannot record the error");
        }
    }

    /// Keeps for the picture of the roll-out where the time went: waiting for locks, held, at rest; best
    /// effort, since nothing hangs on it.
    pub(crate) async fn spent(&self, session: &mut RunSession<'_>, times: [Duration; 3]) {
        if times.iter().all(Duration::is_zero) {
            return;
        }
        let [locked, held, rested] = times.map(|time| time.as_secs_f64());
        let set =
            format!("locked_seconds = {locked}, held_seconds = {held}, rested_seconds = {rested}");
        let sql = self.update(session.write_condition(), &set);
        if let Err(error) = session.query(&sql).await {
            tracing::debug!(%error, "cannot record where the time went");
        }
    }

    /// An update of the row that touches none where the run may not write.
    pub(crate) fn update(&self, own: &str, set: &str) -> String {
        let Store { history, migration, .. } = self.store;
        let (history, id) = (quote_literal(history), quote_literal(migration.id));
        let (phase, ordinal) = (self.phase, self.ordinal);
        format!(
            "update changeover.steps set {set} where history = {history} and migration = {id} \
             and phase = '{phase}' and ordinal = {ordinal} and {own}"
        )
    }
}
