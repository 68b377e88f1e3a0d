//! One look at the locks of tables that runs have or wait for.

use tokio_postgres::{Client, Statement};

use crate::migration::LockMode;
use crate::session::executor::SqlError;

/// Indexes, views and toast tables are left out: plans declare the locks that clients can meet.
const RUNNER_LOCKS: &str = r#"
    select l.pid, l.virtualtransaction,
        '"' || replace(n.nspname, '"', '""') || '"."' || replace(c.relname, '"', '""') || '"',
        l.mode, l.granted, a.query,
        -- A statement on a partitioned table takes its lock on every partition.
        array(select '"' || replace(an.nspname, '"', '""') || '"."' || replace(ac.relname, '"', '""') || '"'
            from pg_catalog.pg_partition_ancestors(c.oid) above
            join pg_catalog.pg_class ac on ac.oid = above.relid
            join pg_catalog.pg_namespace an on an.oid = ac.relnamespace)
    from pg_catalog.pg_locks l
    join pg_catalog.pg_stat_activity a on a.pid = l.pid and a.application_name like 'changeover%'
    join pg_catalog.pg_class c on c.oid = l.relation and c.relkind in ('r', 'p')
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        and n.nspname !~ '^(pg_|information_schema$|changeover)'
    where l.locktype = 'relation'
        and l.database = (select oid from pg_catalog.pg_database
            where datname = pg_catalog.current_database())"#;

/// A lock of a table that a run has or waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockSample {
    /// The session's process.
    pub pid: i32,
    /// The session's transaction, as `pg_locks` calls it.
    pub transaction: String,
    /// The table, quoted and schema-qualified.
    pub table: String,
    /// The lock's mode.
    pub mode: LockMode,
    /// Whether it has the lock, or waits for it.
    pub granted: bool,
    /// What the session did last.
    pub query: String,
    /// The tables that this one is a partition of.
    pub partition_of: Vec<String>,
}

/// Looks at the locks of runs, again and again, on a session of its own.
///
/// ```no_run
/// use changeover::testing::LockSampler;
///
/// # async fn example(client: tokio_postgres::Client) -> Result<(), changeover::SqlError> {
/// let sampler = LockSampler::new(client).await?;
/// for lock in sampler.sample().await? {
///     println!("{} of {}: {}", lock.mode, lock.table, lock.query);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct LockSampler {
    db: Client,
    query: Statement,
}

impl LockSampler {
    /// Prepares what is asked, under a path of its own.
    pub async fn new(db: Client) -> Result<LockSampler, SqlError> {
        db.batch_execute("set search_path = pg_catalog, pg_temp").await?;
        let query = db.prepare(RUNNER_LOCKS).await?;
        Ok(LockSampler { db, query })
    }

    /// Takes one look at all sessions of runs in this database.
    pub async fn sample(&self) -> Result<Vec<LockSample>, SqlError> {
        let rows = self.db.query(&self.query, &[]).await?;
        let samples = rows.iter().filter_map(|row| {
            Some(LockSample {
                pid: row.get(0),
                transaction: row.get(1),
                table: row.get(2),
                mode: mode(row.get(3))?,
                granted: row.get(4),
                query: row.get(5),
                partition_of: row.get(6),
            })
        });
        Ok(samples.collect())
    }
}

/// The mode that `pg_locks` names; none where it is of a kind that tables do not have.
fn mode(name: &str) -> Option<LockMode> {
    Some(match name {
        "AccessShareLock" => LockMode::AccessShare,
        "RowShareLock" => LockMode::RowShare,
        "RowExclusiveLock" => LockMode::RowExclusive,
        "ShareUpdateExclusiveLock" => LockMode::ShareUpdateExclusive,
        "ShareLock" => LockMode::Share,
        "ShareRowExclusiveLock" => LockMode::ShareRowExclusive,
        "ExclusiveLock" => LockMode::Exclusive,
        "AccessExclusiveLock" => LockMode::AccessExclusive,
        _ => return None,
    })
}
