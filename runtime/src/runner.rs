//! The story of a run.

use crate::builder::{Builder, Settings};
use crate::error::Error;
use crate::executor::Executor;
use crate::migration::Migrations;
use crate::report::Report;
use crate::status::Status;

/// A history and the database that it is carried out in.
pub struct Changeover;

impl Changeover {
    /// Sets up a run of this history.
    #[expect(clippy::new_ret_no_self, reason = "a connection is still to be made")]
    pub fn new(history: &Migrations) -> Builder {
        Builder { history: *history, settings: Settings::default() }
    }

    pub(crate) fn start(_builder: Builder, _executor: Box<dyn Executor>) -> Changeover {
        todo!()
    }

    /// Runs the `Expand` phase of every pending migration and no more.
    pub async fn expand(&mut self) -> Result<Report, Error> {
        todo!()
    }

    /// Runs `Expand` and `Migrate` of every pending migration, in order.
    pub async fn migrate(&mut self) -> Result<Report, Error> {
        todo!()
    }

    /// Runs what [`migrate`](Changeover::migrate) runs, and every contract that the history
    /// declares. Call it once no build is live that uses what they remove.
    pub async fn contract(&mut self) -> Result<Report, Error> {
        todo!()
    }

    /// Takes back a migration whose contract has not run: its steps, the newest first.
    pub async fn undo(&mut self, id: &str) -> Result<Report, Error> {
        todo!("{id}")
    }

    /// Reads how far each migration is. It takes no lock and changes nothing.
    pub async fn status(&mut self) -> Result<Status, Error> {
        todo!()
    }
}
