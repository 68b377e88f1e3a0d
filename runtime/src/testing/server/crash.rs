//! A server that a test stops in the middle of things.

use std::fs::{self, OpenOptions};
use std::io::Write as _;

use tokio::task;

use super::cluster::Cluster;
use super::database::{version_num, with_database};
use super::{Server, start_cluster};
use crate::testing::error::Error;

/// Ends every process at once, as a crash does: the next start recovers from the log.
const IMMEDIATE: &str = "QUIT";
/// Ends every session, and then in order.
const FAST: &str = "INT";

impl Server {
    /// Starts a server of our own, even where `DATABASE_URL` names one: for a test that stops it.
    pub async fn start_own() -> Result<Self, Error> {
        Self::of(start_cluster().await?).await
    }

    /// Stops it as `pg_ctl stop -m immediate` does. What was not yet in the log is lost.
    pub async fn crash(&mut self) -> Result<(), Error> {
        self.on_cluster(|cluster| cluster.stop(IMMEDIATE)).await
    }

    /// Starts it again; it is ready when this returns.
    pub async fn restart(&mut self) -> Result<(), Error> {
        self.on_cluster(Cluster::restart).await
    }

    /// A server that follows this one by streaming replication, until `select pg_promote()` makes
    /// it one of its own. It is made of this one's files, so this one is stopped for a moment.
    ///
    /// PostgreSQL manual, section "Log-Shipping Standby Servers".
    pub async fn standby(&mut self) -> Result<Self, Error> {
        let standby = self
            .on_cluster(|cluster| {
                cluster.stop(FAST)?;
                let settings = cluster.data().join("postgresql.conf");
                let follow = format!(
                    "primary_conninfo = '{}'\nwal_keep_size = '1GB'\n",
                    cluster.url("postgres")
                );
                let append = OpenOptions::new().append(true).open(&settings);
                append
                    .and_then(|mut file| file.write_all(follow.as_bytes()))
                    .map_err(Error::io("write", &settings))?;
                // It tells a server that it is a standby: the copy takes it along.
                let signal = cluster.data().join("standby.signal");
                fs::write(&signal, "").map_err(Error::io("create", &signal))?;
                let standby = cluster.copy()?;
                fs::remove_file(&signal).map_err(Error::io("remove", &signal))?;
                cluster.restart()?;
                Ok(standby)
            })
            .await?;
        Self::of(standby).await
    }

    /// The URL of a database of this server.
    pub fn url(&self, database: &str) -> String {
        with_database(&self.url, database)
    }

    async fn of(cluster: Cluster) -> Result<Self, Error> {
        let url = cluster.url("postgres");
        let version_num = version_num(&url).await?;
        Ok(Self::new(url, version_num, Some(cluster)))
    }

    /// Processes and files are waited for, which would keep a runtime's thread from its other
    /// tasks.
    async fn on_cluster<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Cluster) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let Some(mut cluster) = self.cluster.take() else { return Err(Error::NotOurs) };
        let done = task::spawn_blocking(move || {
            let outcome = work(&mut cluster);
            (cluster, outcome)
        });
        match done.await {
            Ok((cluster, outcome)) => {
                self.cluster = Some(cluster);
                outcome
            }
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}
