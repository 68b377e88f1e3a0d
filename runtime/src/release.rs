//! The phases that a later migration declares, each behind its gate.

use std::time::Duration;

use crate::error::Error;
use crate::finding::{Finding, Severity};
use crate::migration::{Migration, Phase};
use crate::outside;
use crate::phase::Run;
use crate::report::HeldGate;
use crate::settings::Gate;
use crate::sql::quote_literal;
use crate::status::State;
use crate::store::events::{self, Event};

/// What opens a gate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key<'a> {
    pub(crate) soak: Duration,
    /// Somebody must live who can do without what goes.
    pub(crate) needs_newer: bool,
    /// Whatever holds it, for this reason.
    pub(crate) forced: Option<&'a str>,
}

impl Key<'_> {
    /// No build has used the database yet.
    pub(crate) const FRESH: Key<'static> =
        Key { soak: Duration::ZERO, needs_newer: false, forced: None };

    /// None where nothing runs without the caller's word.
    pub(crate) fn of(gate: Gate, is_asked_for: bool) -> Option<Key<'static>> {
        match gate {
            Gate::Leases { soak } => Some(Key { soak, needs_newer: true, forced: None }),
            Gate::Soak(soak) => Some(Key { soak, ..Key::FRESH }),
            Gate::Manual => is_asked_for.then_some(Key::FRESH),
        }
    }
}

impl Run<'_, '_> {
    /// Runs the switches and the contracts that a migration declares, where their gates are open.
    pub(crate) async fn declared(
        &mut self,
        by: &'static Migration,
        key: Key<'_>,
    ) -> Result<(), Error> {
        for migration in self.chosen(by.switches) {
            self.pass(by, migration, Phase::Switch, key).await?;
        }
        for migration in self.chosen(by.contracts) {
            self.pass(by, migration, Phase::Contract, key).await?;
        }
        Ok(())
    }

    /// Runs the contracts that a migration needs, where there are no older builds.
    pub(crate) async fn needed(&mut self, by: &'static Migration) -> Result<(), Error> {
        for migration in self.chosen(by.requires) {
            self.pass(by, migration, Phase::Contract, Key::FRESH).await?;
        }
        Ok(())
    }

    async fn pass(
        &mut self,
        by: &'static Migration,
        migration: &'static Migration,
        phase: Phase,
        key: Key<'_>,
    ) -> Result<(), Error> {
        let (begun, done) = match phase {
            Phase::Switch => (State::Switching, State::Switched),
            _ => (State::Contracting, State::Contracted),
        };
        let state = self.ledger.state(migration.id);
        if state >= done {
            return Ok(());
        }
        if state != begun {
            let held = self.what_holds(by, migration, phase, key).await?;
            if !held.is_empty() {
                let migration = migration.id.to_owned();
                self.report.held.push(HeldGate { migration, phase, by: held });
                return Ok(());
            }
        }
        match phase {
            Phase::Switch => self.switches(&[migration.id]).await,
            _ => self.contracts(&[migration.id]).await,
        }
    }

    /// Opens the gate unless something holds it. From then on no older build gets a lease, so the
    /// leases are asked last.
    async fn what_holds(
        &mut self,
        by: &'static Migration,
        migration: &'static Migration,
        phase: Phase,
        key: Key<'_>,
    ) -> Result<Vec<String>, Error> {
        if self.ledger.state(migration.id) < State::Migrated {
            return Ok(vec![format!("`{}` is not fully migrated", migration.id)]);
        }
        let mut held = self.soaking(by, key.soak).await?;
        if held.is_empty() {
            held = self.needing(migration, phase, key).await?;
        }
        if !held.is_empty() {
            self.note(by, migration, phase, &held).await?;
            return Ok(held);
        }
        let (history, id) = (quote_literal(&self.settings.app), quote_literal(migration.id));
        let Key { needs_newer, forced, .. } = key;
        if forced.is_some() || !self.is_held_by_leases(by, needs_newer).await? {
            self.before_its_gate(migration, phase).await?;
        }
        if let Some(reason) = forced {
            self.record_force(migration, phase, reason).await?;
        }
        let forced = forced.is_some();
        let sql = format!(
            "select changeover.open_gate({history}, {id}, '{phase}', {}, {needs_newer}, {forced})",
            self.place(by)
        );
        self.of_instances(&sql).await
    }

    /// A first look, which the gate's own, behind the lock, repeats.
    async fn is_held_by_leases(
        &mut self,
        by: &Migration,
        needs_newer: bool,
    ) -> Result<bool, Error> {
        let (history, place) = (quote_literal(&self.settings.app), self.place(by));
        let sql = format!(
            "select coalesce(pg_catalog.bool_or(position < {place}), false) or {needs_newer} \
             and not coalesce(pg_catalog.bool_or(position >= {place}), false) \
             from changeover.live_instances({history})"
        );
        Ok(self.held.query(&sql).await?.value() == Some("t"))
    }

    /// What outside the history needs what goes. Who forces a phase is only told.
    async fn needing(
        &mut self,
        migration: &'static Migration,
        phase: Phase,
        key: Key<'_>,
    ) -> Result<Vec<String>, Error> {
        let found = outside::findings(self.held, self.settings, migration, phase).await?;
        let holds = |found: &Finding| found.severity >= Severity::Wait && key.forced.is_none();
        let (held, told): (Vec<Finding>, Vec<Finding>) = found.into_iter().partition(holds);
        for finding in told {
            tracing::warn!(check = ?finding.check, "{finding}");
            self.report.findings.push(finding);
        }
        let reason = |found: &Finding| format!("{} ({})", found.what, found.help);
        Ok(held.iter().map(reason).collect())
    }

    /// Writes down for `status` what holds a gate.
    async fn note(
        &mut self,
        by: &Migration,
        migration: &Migration,
        phase: Phase,
        reasons: &[String],
    ) -> Result<(), Error> {
        let (history, id) = (quote_literal(&self.settings.app), quote_literal(migration.id));
        let reasons: Vec<String> = reasons.iter().map(|reason| quote_literal(reason)).collect();
        let sql = format!(
            "insert into changeover.gates as g \
             (history, migration, phase, position, held_by, checked_at) \
             values ({history}, {id}, '{phase}', {}, array[{}], pg_catalog.clock_timestamp()) \
             on conflict (history, migration, phase) do update set position = excluded.position, \
             held_by = excluded.held_by, checked_at = excluded.checked_at \
             where g.opened_at is null",
            self.place(by),
            reasons.join(", ")
        );
        self.held.query(&sql).await.map(drop)
    }

    async fn record_force(
        &mut self,
        migration: &Migration,
        phase: Phase,
        reason: &str,
    ) -> Result<(), Error> {
        let event = Event {
            what: "force",
            migration: Some(migration.id),
            phase: Some(phase),
            step: None,
            reason,
            before: None,
            after: None,
        };
        events::record(self.held, &self.settings.app, &event).await
    }

    async fn soaking(&mut self, by: &Migration, soak: Duration) -> Result<Vec<String>, Error> {
        if soak.is_zero() {
            return Ok(Vec::new());
        }
        let (history, id) = (quote_literal(&self.settings.app), quote_literal(by.id));
        let (id_shown, seconds) = (by.id, soak.as_secs_f64());
        let sql = format!(
            "select 'the migration that declares it, `{id_shown}`, is to be migrated for ' \
             || pg_catalog.date_trunc('second', finished_at + pg_catalog.make_interval(secs => {seconds}) \
             - pg_catalog.clock_timestamp()) || ' longer' \
             from changeover.migrations where history = {history} and id = {id} \
             and finished_at + pg_catalog.make_interval(secs => {seconds}) > pg_catalog.clock_timestamp()"
        );
        Ok(self.held.query(&sql).await?.value().map(str::to_owned).into_iter().collect())
    }
}
