//! Who carries out what the stage asks for, and what they leave when they are killed.

use changeover::migration::{Migration, Phase};
use changeover::testing::{DeclaredLocks, declared_locks};

use super::{FORWARD, Stage};
use crate::cuts::Cutter;
use crate::fixture::wait_until;
use crate::hand::{Command, Hand, runner, until};
use crate::kills::{Run, Tally};
use crate::{Failure, fail};

/// Enough that each connection meets what a killed runner left.
const SOME_ACTIONS: u64 = 2;

/// A process that is killed once, if it is not done before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Once {
    /// Where it is killed, if not at random.
    pub(crate) report: u32,
}

impl Stage<'_> {
    /// The locks of phases forward. A runner that finds a way back half done does the rest of it
    /// first.
    pub(super) fn forth(&self, phases: &[Phase]) -> Result<DeclaredLocks, Failure> {
        let migration = self.scenario.migration()?;
        let mut allowed = declared_locks(migration, phases, false);
        if self.is_killing() {
            for (table, mode) in declared_locks(migration, phases, true) {
                let known = allowed.entry(table).or_insert(mode);
                *known = mode.max(*known);
            }
        }
        Ok(allowed)
    }

    /// Tells whether runners are killed.
    pub(crate) fn is_killing(&self) -> bool {
        matches!(self.hand, Hand::Killed(_))
    }

    /// Tells whether they are killed at one boundary after the other.
    pub(crate) fn has_boundaries(&self) -> bool {
        matches!(&self.hand, Hand::Killed(killer) if killer.has_boundaries())
    }

    /// The boundaries at which a life is turned round, one after the other; without them, one.
    pub(crate) fn turns(&self) -> Box<dyn Iterator<Item = u32> + Send> {
        match &self.hand {
            Hand::Killed(killer) if killer.has_boundaries() => Box::new(killer.turns()),
            _ => Box::new(std::iter::once(0)),
        }
    }

    /// Returns who cuts sessions, where that is who carries out what is asked for.
    pub(crate) fn cutter(&mut self) -> Option<&mut Cutter> {
        match &mut self.hand {
            Hand::Cut(cutter) => Some(cutter),
            _ => None,
        }
    }

    /// Runs the whole change at one go.
    pub(crate) async fn release(&mut self) -> Result<(), Failure> {
        self.enter("release", self.forth(&FORWARD)?);
        self.carry_out(self.scenario.change, Command::Migrate).await
    }

    /// Runs the change to where the process is killed, and leaves it there; whether it was done.
    pub(crate) async fn begin_release(&mut self, once: Once) -> Result<bool, Failure> {
        self.enter("half a release", self.forth(&FORWARD)?);
        self.attempt(self.scenario.change, Command::Migrate, once).await
    }

    /// The same with the undo.
    pub(crate) async fn begin_undo(&mut self, once: Once) -> Result<bool, Failure> {
        self.enter("half an undo", declared_locks(self.scenario.migration()?, &FORWARD, true));
        self.attempt(self.scenario.change, self.taking_back()?, once).await
    }

    /// The same with the switch.
    pub(crate) async fn begin_switch(
        &mut self,
        switch: &'static Migration,
        once: Once,
    ) -> Result<bool, Failure> {
        self.enter("half a switch", self.forth(&[Phase::Switch])?);
        self.attempt(switch.id, Command::Contract, once).await
    }

    /// The same with the way back from it.
    pub(crate) async fn begin_switch_back(
        &mut self,
        switch: &'static Migration,
        once: Once,
    ) -> Result<bool, Failure> {
        self.enter(
            "half a way back",
            declared_locks(self.scenario.migration()?, &[Phase::Switch], true),
        );
        self.attempt(switch.id, Command::Undo(switch.id), once).await
    }

    async fn attempt(
        &mut self,
        head: &str,
        command: Command<'_>,
        once: Once,
    ) -> Result<bool, Failure> {
        let Hand::Killed(killer) = &mut self.hand else { return Ok(true) };
        let mut run = killer.begin(self.database.url(), head, command);
        let done = killer.attempt_once(&mut run, once.report).await?;
        self.act(SOME_ACTIONS).await?;
        Ok(done)
    }

    /// Lets everything that follows be done by runners that nobody kills, or not any more.
    pub(crate) fn spare(&mut self, spared: bool) {
        if let Hand::Killed(killer) = &mut self.hand {
            killer.spare(spared);
        }
    }

    /// Does it with the build that has this head.
    pub(super) async fn carry_out(
        &mut self,
        head: &str,
        command: Command<'_>,
    ) -> Result<(), Failure> {
        let url = self.database.url();
        let history = until(self.scenario.history, head)?;
        match &mut self.hand {
            Hand::Killed(killer) if !killer.is_spared() => {
                let run = killer.begin(url, head, command);
                self.until_it_lives(run).await?;
            }
            Hand::Cut(cutter) => cutter.carry_out(url, &history, command).await?,
            Hand::Steady | Hand::Killed(_) => {
                let runner = runner(url, self.roles.as_ref(), &history).await?;
                command.carry_out(runner).await?;
            }
        }
        self.sampler.check()
    }

    async fn until_it_lives(&mut self, mut run: Run) -> Result<(), Failure> {
        while let Hand::Killed(killer) = &mut self.hand
            && !killer.attempt(&mut run).await?
        {
            self.act(SOME_ACTIONS).await?;
        }
        Ok(())
    }

    /// Fails where the runtime, which builds the model beside the tables, sees a difference.
    pub(crate) async fn expect_clean_check(&self) -> Result<(), Failure> {
        // Where a role may not pass a right on, the server grants nothing and only warns; in schemas
        // of its own it may.
        if self.roles.is_some() {
            return Ok(());
        }
        let history = *self.scenario.history;
        let comparison = runner(self.database.url(), None, &history).await?.check().await?;
        if !comparison.is_clean() || !comparison.under_way.is_empty() {
            fail!("the check is not clean: {comparison}");
        }
        Ok(())
    }

    /// Fails where the runner has left something of itself: a step half-way, a session, its lock.
    pub(crate) async fn expect_all_done(&self) -> Result<(), Failure> {
        let undone = "select count(*) from changeover.steps
                      where state not in ('done', 'passed') or cursor is not null or error is not null";
        let undone: i64 = self.db.query_one(undone, &[]).await?.get(0);
        if undone != 0 {
            fail!("{undone} steps are not done");
        }
        // A session that ends does so a moment after its client.
        let nobody = "select not exists (select from pg_locks l join pg_database d
                          on d.oid = l.database and d.datname = current_database()
                          where l.locktype = 'advisory')
                      and not exists (select from pg_stat_activity
                          where datname = current_database()
                          and application_name like 'changeover%')";
        wait_until(&self.db, nobody).await
    }

    /// Returns what the clients have done and met so far.
    pub(crate) fn tally(&self) -> Tally {
        self.traffic.tally()
    }
}
