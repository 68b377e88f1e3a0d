//! How large are the tables?

use super::forecast::begin_reading;
use crate::changeover::Changeover;
use crate::outcome::error::Error;
use crate::record::presence;
use crate::review::Statistics;
use crate::review::forecast::read_statistics;

impl Changeover {
    /// Reads how large the tables are that the history names, or all of the database where `all` is
    /// said, and how fast earlier backfills were: what [`review::forecast`](crate::review::forecast)
    /// needs elsewhere. No row is read, and no statistics of values.
    ///
    /// It reads in a transaction that the server keeps from writing, and waits for nobody; a replica
    /// does as well as a primary, and so does a role that may only connect.
    pub async fn statistics(&mut self, all: bool) -> Result<Statistics, Error> {
        let Changeover { history, settings, session, .. } = self;
        let executor = session.begin_aside().await?;
        let outcome = match begin_reading(executor, settings).await {
            Ok(()) => read_statistics(executor, history, all).await,
            Err(error) => Err(error),
        };
        let ended = executor.query("rollback").await;
        ended.map_err(|error| Error::sql("rollback", &error))?;
        let statistics = match outcome {
            Ok(statistics) => statistics,
            Err(error) => return Err(presence::explain(executor, &settings.app, error).await),
        };
        session.end_aside();
        Ok(statistics)
    }
}
