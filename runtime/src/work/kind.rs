//! What every kind of work can do.

use async_trait::async_trait;

use super::page::Page;
use super::touched::{Earlier, Touched};
use crate::lock::RunSession;
use crate::outcome::error::Error;
use crate::outcome::status::State;
use crate::record::ledger::{Direction, Event, RecordedStep, StepState};
use crate::record::store::StepStore;
use crate::work::step::brake::Weight;
use crate::work::step::context::StepContext;

/// A kind of work: how much it asks of the server, what it touches, how it reads, and how it is
/// done.
#[async_trait]
pub(crate) trait Kind: Send + Sync {
    fn weight(&self) -> Weight;

    /// Notes what it is going to touch. `earlier` is what runs before.
    fn touch(&self, touched: &mut Touched, earlier: &mut Earlier);

    /// Writes what a reviewer reads of it.
    fn review(&self, page: &mut Page);

    /// Does it, and records that it is done.
    async fn carry_out(
        &self,
        context: &mut StepContext<'_, '_>,
        turn: Turn<'_>,
    ) -> Result<(), Error>;
}

/// A step whose turn it is: what is recorded of it, and where.
#[derive(Clone, Copy)]
pub(crate) struct Turn<'t> {
    pub(crate) store: &'t StepStore<'t>,
    pub(crate) recorded: &'t RecordedStep,
    pub(crate) direction: Direction,
    /// What its migration reaches with it, where it is the last of its phase.
    pub(crate) reaches: Option<State>,
}

impl Turn<'_> {
    /// Tells whether an earlier run may have begun it.
    pub(crate) fn is_resumed(&self) -> bool {
        matches!(self.recorded.state, StepState::Intended | StepState::Undoing)
    }

    /// Returns how far an earlier run came on the same way: its cursor, and how many rows it
    /// filled.
    pub(crate) fn from(&self) -> (Option<&str>, u64) {
        let same = self.recorded.state.after(Event::Intended(self.direction));
        if same.is_ok_and(|state| state == self.recorded.state) {
            (self.recorded.cursor.as_deref(), self.recorded.rows)
        } else {
            (None, 0)
        }
    }

    /// Records that it is about to be done.
    pub(crate) async fn intend(&self, session: &mut RunSession<'_>) -> Result<(), Error> {
        let state = self.recorded.state.after(Event::Intended(self.direction))?;
        self.store.intend(session, state).await
    }

    /// Records that it is done.
    pub(crate) async fn finish(&self, session: &mut RunSession<'_>) -> Result<(), Error> {
        let state = self.recorded.state.after(Event::Finished(self.direction))?;
        self.store.finish(session, state, self.reaches).await
    }

    /// Records that it looked.
    pub(crate) async fn looked(&self, session: &mut RunSession<'_>) -> Result<(), Error> {
        let state = self.recorded.state.after(Event::Looked(self.direction))?;
        self.store.finish(session, state, self.reaches).await
    }

    /// The statement that records that it is done, for the transaction that does it and in which the run
    /// may write.
    pub(crate) fn finished(&self) -> Result<String, Error> {
        let state = self.recorded.state.after(Event::Finished(self.direction))?;
        Ok(self.store.finished(state, self.reaches))
    }

    /// Records that what was intended has left nothing.
    pub(crate) async fn came_to_nothing(&self, session: &mut RunSession<'_>) -> Result<(), Error> {
        let state = StepState::Intended.after(Event::CameToNothing)?;
        self.store.finish(session, state, None).await
    }
}
