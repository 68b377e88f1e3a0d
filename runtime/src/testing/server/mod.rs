//! A PostgreSQL server for tests: its programs, its files, its databases, and how it is stopped.

mod account;
mod binaries;
mod cluster;
mod crash;
mod database;
mod npm;
mod template;

use std::{
    env,
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::{sync::OnceCell, task};

pub use self::database::Database;
#[cfg(feature = "cli")]
pub(crate) use self::database::with_database;
use self::{binaries::requested_major, cluster::Cluster};
use super::error::Error;

static SHARED: OnceCell<Server> = OnceCell::const_new();

/// A PostgreSQL server: one of our own, or the one of `DATABASE_URL`.
#[derive(Debug)]
pub struct Server {
    /// A database that exists, to create others from.
    url: String,
    version_num: u32,
    /// None for a server that we did not start.
    cluster: Option<Cluster>,
    /// Keeps the names apart that several processes give to databases of one server.
    run: u64,
    databases: AtomicU64,
}

impl Server {
    /// Finds a server, or starts one that is stopped when the value is dropped or the process
    /// ends.
    pub async fn start() -> Result<Self, Error> {
        let (url, cluster) = match env::var("DATABASE_URL") {
            Ok(url) if !url.is_empty() => (url, None),
            _ => {
                let cluster = start_cluster().await?;
                (cluster.url("postgres"), Some(cluster))
            }
        };
        let version_num = database::version_num(&url).await?;
        check_version(version_num)?;
        Ok(Self::new(url, version_num, cluster))
    }

    fn new(url: String, version_num: u32, cluster: Option<Cluster>) -> Self {
        let run = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        let run = u64::try_from(run).unwrap_or_default();
        Self { url, version_num, cluster, run, databases: AtomicU64::new(0) }
    }

    /// The one server of this process, started by the first call.
    ///
    /// It is meant for tests: one server a test binary, one [`database`](Self::database) a test.
    pub async fn shared() -> Result<&'static Self, Error> {
        SHARED.get_or_try_init(Self::start).await
    }

    /// Creates an empty database; its name begins with the hint.
    pub async fn database(&self, name_hint: &str) -> Result<Database, Error> {
        self.copy("template0", name_hint).await
    }

    /// Creates a database that is as another one is, to which nobody may be connected meanwhile.
    ///
    /// PostgreSQL manual, section "Template Databases".
    pub async fn copy_of(&self, other: &Database, name_hint: &str) -> Result<Database, Error> {
        self.copy(other.name(), name_hint).await
    }

    async fn copy(&self, template: &str, name_hint: &str) -> Result<Database, Error> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = match self.cluster {
            Some(_) => format!("{}_{number}", plain(name_hint)),
            None => format!("{}_{:x}_{number}", plain(name_hint), self.run),
        };
        // Much quicker, but it asks for a checkpoint, which a server of others had better not do.
        let strategy = if self.version_num >= 150_000 && self.cluster.is_some() {
            " strategy file_copy"
        } else {
            ""
        };
        Database::create(&self.url, name, template, strategy).await
    }

    /// The server's version as PostgreSQL counts it: 15.3 is `150003`.
    pub fn version_num(&self) -> u32 {
        self.version_num
    }
}

async fn start_cluster() -> Result<Cluster, Error> {
    // The work is processes and files, which would keep a runtime's thread from its other tasks.
    match task::spawn_blocking(Cluster::start).await {
        Ok(started) => started,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

fn check_version(version_num: u32) -> Result<(), Error> {
    match requested_major()? {
        Some(major) if version_num / 10_000 != major => Err(Error::Variable {
            name: "CHANGEOVER_PG_VERSION",
            value: major.to_string(),
            expected: format!("the version of the server, {}", version_num / 10_000),
        }),
        _ => Ok(()),
    }
}

/// Returns what is left of a hint in a name that needs no quotes, short enough for what follows it.
fn plain(hint: &str) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    format!("t_{}", hint.chars().take(30).map(word).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn any_hint_makes_a_name_without_quotes() {
        assert_eq!(plain("Live::rename column"), "t_live__rename_column");
        assert!(plain(&"x".repeat(99)).len() < 40);
    }
}
