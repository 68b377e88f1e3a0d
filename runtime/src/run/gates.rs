//! The phases that a later migration declares, each behind its gate.

use std::time::Duration;

use crate::migration::{Migration, Phase};
use crate::outcome::error::{Detail, Error, VerifyError};
use crate::outcome::finding::Severity;
use crate::outcome::report::HeldGate;
use crate::outcome::status::State;
use crate::preflight::dependents::{self, Found};
use crate::preflight::verify::{Item, in_step, verify};
use crate::record::store::events::{self, Event};
use crate::run::Run;
use crate::session::sql::quote_literal;
use crate::settings::Gate;
use crate::settings::told::event::Event as Happened;
use crate::settings::verify::Verify;

/// What opens a gate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GatePolicy<'a> {
    pub(crate) soak: Duration,
    /// Somebody must live who can do without what goes.
    pub(crate) needs_newer: bool,
    /// Whatever holds it, for this reason.
    pub(crate) forced: Option<&'a str>,
}

impl GatePolicy<'_> {
    /// No build has used the database yet.
    pub(crate) const FRESH: GatePolicy<'static> =
        GatePolicy { soak: Duration::ZERO, needs_newer: false, forced: None };

    /// None where nothing runs without the caller's word.
    pub(crate) fn of(gate: Gate, is_asked_for: bool) -> Option<GatePolicy<'static>> {
        match gate {
            Gate::Leases { soak } => Some(GatePolicy { soak, needs_newer: true, forced: None }),
            Gate::Soak(soak) => Some(GatePolicy { soak, ..GatePolicy::FRESH }),
            Gate::Manual => is_asked_for.then_some(GatePolicy::FRESH),
        }
    }
}

impl Run<'_, '_> {
    /// Runs the switches and the contracts that a migration declares, where their gates are open.
    pub(crate) async fn run_declared(
        &mut self,
        by: &'static Migration,
        key: GatePolicy<'_>,
    ) -> Result<(), Error> {
        for migration in self.chosen(by.switches) {
            self.try_gate(by, migration, Phase::Switch, key).await?;
        }
        for migration in self.chosen(by.contracts) {
            self.try_gate(by, migration, Phase::Contract, key).await?;
        }
        Ok(())
    }

    /// Runs the contracts that a migration needs, where there are no older builds.
    pub(crate) async fn run_required_contracts(
        &mut self,
        by: &'static Migration,
    ) -> Result<(), Error> {
        for migration in self.chosen(by.requires) {
            self.try_gate(by, migration, Phase::Contract, GatePolicy::FRESH).await?;
        }
        Ok(())
    }

    async fn try_gate(
        &mut self,
        by: &'static Migration,
        migration: &'static Migration,
        phase: Phase,
        key: GatePolicy<'_>,
    ) -> Result<(), Error> {
        let state = self.ledger.state(migration.id);
        if state >= phase.done() {
            return Ok(());
        }
        if state != phase.begun() {
            let held = self.gate_blockers(by, migration, phase, key).await?;
            if !held.is_empty() {
                let id = migration.id;
                self.settings.tell(&Happened::GateHeld { migration: id, phase, by: &held });
                let migration = id.to_owned();
                self.report.waiting.push(HeldGate { migration, phase, by: held });
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
    async fn gate_blockers(
        &mut self,
        by: &'static Migration,
        migration: &'static Migration,
        phase: Phase,
        key: GatePolicy<'_>,
    ) -> Result<Vec<String>, Error> {
        if self.ledger.state(migration.id) < State::Migrated {
            return Ok(vec![format!("`{}` is not fully migrated", migration.id)]);
        }
        if self.ledger.state(migration.id) < migration.before_switch() {
            let id = migration.id;
            return Ok(vec![format!("what `{id}` left to the background has still to be done")]);
        }
        self.note_heads().await;
        let (history, id) = (quote_literal(&self.settings.app), quote_literal(migration.id));
        let GatePolicy { needs_newer, forced, .. } = key;
        let is_forced = forced.is_some();
        let sql = format!(
            "select changeover.open_gate({history}, {id}, '{phase}', {}, {needs_newer}, {is_forced})",
            self.place(by)
        );
        let mut held = self.soak_left(by, key.soak).await?;
        if held.is_empty() {
            // Before anything dear is asked: most looks at a gate end here.
            let leases = self.held_by_instances(&sql).await?;
            if !leases.is_empty() {
                return Ok(leases);
            }
            held = self.outside_dependents(migration, phase, key).await?;
        }
        if held.is_empty() && self.settings.leases.verifies {
            self.verify(by, migration, phase).await?;
            // It may have taken hours.
            held = self.outside_dependents(migration, phase, key).await?;
        }
        if !held.is_empty() {
            self.note(by, migration, phase, &held).await?;
            return Ok(held);
        }
        self.before_its_gate(migration, phase).await?;
        if let Some(reason) = forced {
            self.record_force(migration, phase, reason).await?;
        }
        self.of_instances(&sql).await
    }

    /// Returns what outside the history needs what goes. Who forces a phase is only told, unless
    /// the server would refuse it half-way.
    async fn outside_dependents(
        &mut self,
        migration: &'static Migration,
        phase: Phase,
        key: GatePolicy<'_>,
    ) -> Result<Vec<String>, Error> {
        let found = dependents::findings(self.session, self.settings, migration, phase).await?;
        let holds = |found: &Found| {
            let is_severe = found.finding.severity >= Severity::Wait;
            if key.forced.is_some() { found.refuses } else { is_severe }
        };
        let (held, told): (Vec<Found>, Vec<Found>) = found.into_iter().partition(holds);
        for Found { finding, .. } in told {
            tracing::warn!(check = ?finding.check, "{finding}");
            self.report.findings.push(finding);
        }
        let reason = |found: &Found| format!("{} ({})", found.finding.what, found.finding.help);
        Ok(held.iter().map(reason).collect())
    }

    /// Looks for rows that would keep one of two values that differ, with no lock of the gate's.
    async fn verify(
        &mut self,
        by: &Migration,
        migration: &'static Migration,
        phase: Phase,
    ) -> Result<(), Error> {
        let items: Vec<Item> = in_step(migration, self.ledger.state(migration.id)).collect();
        let executor = self.session.reader();
        let how = Verify { gives_way: self.gives_way, ..Verify::default() };
        let verification = verify(executor, self.settings, &items, &how).await?;
        if verification.agrees() {
            return Ok(());
        }
        let reason = format!("{} rows differ: `verify` names them", verification.differing());
        self.note(by, migration, phase, &[reason]).await?;
        let (migration, verification) = (migration.id.to_owned(), Box::new(verification));
        let differ = VerifyError::Differ { migration, phase, verification };
        Err(Error::new(Detail::Verify(differ)))
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
             held_by = excluded.held_by, checked_at = excluded.checked_at, needs_newer = null \
             where g.opened_at is null",
            self.place(by),
            reasons.join(", ")
        );
        self.session.query_state(&sql).await.map(drop)
    }

    /// Writes down how many instances of which builds live, where that has changed: the picture of a
    /// roll-out shows them drain. Nothing hangs on it.
    async fn note_heads(&mut self) {
        let (history, own) = (quote_literal(&self.settings.app), self.session.write_condition());
        let sql = format!(
            "with old as (delete from changeover.heads \
             where history = {history} and at < now() - interval '90 days' and {own}), \
             live as (select l.head, count(*) as live \
             from changeover.live_instances({history}) l group by l.head), \
             known as (select distinct on (head) head, live from changeover.heads \
             where history = {history} order by head, at desc) \
             insert into changeover.heads (history, head, live) \
             select {history}, head, coalesce(live.live, 0) from live full join known using (head) \
             where coalesce(live.live, 0) <> coalesce(known.live, 0) and {own}"
        );
        if let Err(error) = self.session.query_state(&sql).await {
            tracing::debug!(%error, "cannot record which instances live");
        }
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
        events::record(self.session, &self.settings.app, &event).await
    }

    async fn soak_left(&mut self, by: &Migration, soak: Duration) -> Result<Vec<String>, Error> {
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
        Ok(self.session.query_state(&sql).await?.value().map(str::to_owned).into_iter().collect())
    }
}
