//! Watches the runner's table locks while it works, and holds them against what the plan declares.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use changeover::migration::{LockMode, Migration, Phase, Statement, Step, TableLock, Work};
use tokio::task::JoinHandle;
use tokio_postgres::Client;

use crate::database::connect;
use crate::{Failure, fail};

const INTERVAL: Duration = Duration::from_millis(4);

/// For how long the runner may hold a lock that clients wait for. Plans hold one for a few
/// milliseconds; the rest is for a noisy machine.
const LONGEST_HOLD: Duration = Duration::from_millis(500);

/// For how long it may wait for such a lock, with clients queued behind it: its `lock_timeout`, and
/// what a busy machine may add.
const LONGEST_WAIT: Duration = Duration::from_millis(300 + 400);

/// Indexes, views and toast tables are left out: plans declare the locks that clients can meet.
const RUNNER_LOCKS: &str = r#"
    select l.pid, l.virtualtransaction,
        '"' || replace(n.nspname, '"', '""') || '"."' || replace(c.relname, '"', '""') || '"',
        l.mode, l.granted, a.query,
        -- A statement on a partitioned table takes its lock on every partition.
        array(select '"' || replace(an.nspname, '"', '""') || '"."' || replace(ac.relname, '"', '""') || '"'
            from pg_partition_ancestors(c.oid) above
            join pg_class ac on ac.oid = above.relid
            join pg_namespace an on an.oid = ac.relnamespace)
    from pg_locks l
    join pg_stat_activity a on a.pid = l.pid and a.application_name like 'changeover%'
    join pg_class c on c.oid = l.relation and c.relkind in ('r', 'p')
    join pg_namespace n on n.oid = c.relnamespace
        and n.nspname !~ '^(pg_|information_schema$|changeover)'
    where l.locktype = 'relation'
        and l.database = (select oid from pg_database where datname = current_database())"#;

/// The strongest lock that a plan declares on each table.
pub(crate) type Declared = BTreeMap<String, LockMode>;

/// Returns what these phases of a migration declare, of their work or of what undoes it.
pub(crate) fn declared(migration: &Migration, phases: &[Phase], undo: bool) -> Declared {
    let mut strongest = Declared::new();
    for step in phases.iter().flat_map(|phase| migration.steps(*phase)) {
        for lock in step_locks(step, undo) {
            let mode = strongest.entry(lock.table.to_owned()).or_insert(lock.mode);
            *mode = lock.mode.max(*mode);
        }
    }
    strongest
}

fn step_locks(step: &Step, undo: bool) -> Vec<TableLock> {
    let work = if undo { step.undo } else { Some(step.work) };
    match work {
        None => vec![],
        Some(Work::Transaction(statements)) => {
            let declared = statements.iter().flat_map(|statement| statement.locks).copied();
            declared.chain(statements.iter().filter_map(made)).collect()
        }
        // A build that failed is dropped before it is tried again, where that blocks nobody.
        Some(Work::BuildIndex(index)) => {
            let drop = index.drop.locks.iter().filter(|lock| !lock.mode.blocks_clients());
            index.create.locks.iter().chain(drop).copied().collect()
        }
        Some(Work::DropIndex(index)) => index.drop.locks.to_vec(),
        Some(Work::Backfill(fill)) => {
            vec![TableLock { table: fill.table, mode: LockMode::RowExclusive }]
        }
        Some(Work::Convert(convert)) => {
            vec![TableLock { table: convert.table, mode: LockMode::RowExclusive }]
        }
        Some(Work::NoRows(rows)) => {
            vec![TableLock { table: rows.table, mode: LockMode::AccessShare }]
        }
        Some(Work::NonTransactional(alone)) => {
            let mends = alone.mend.iter().flat_map(|mend| mend.statement.locks);
            alone.statement.locks.iter().chain(mends).copied().collect()
        }
        Some(Work::SizeLimit(bound)) => {
            vec![TableLock { table: bound.table, mode: LockMode::AccessShare }]
        }
    }
}

/// A table that the plan itself makes. Between its commit and the release of its locks it can be
/// seen, and no client can have asked for it.
fn made(statement: &Statement) -> Option<TableLock> {
    let made = ["create table ", "create unlogged table "];
    let rest = made.into_iter().find_map(|words| statement.sql.strip_prefix(words))?;
    let (table, _) = rest.split_once(" (")?;
    Some(TableLock { table, mode: LockMode::AccessExclusive })
}

/// The task that watches.
#[derive(Debug)]
pub(crate) struct Sampler {
    shared: Arc<Shared>,
    task: JoinHandle<Result<(), Failure>>,
}

#[derive(Debug, Default)]
struct Shared {
    is_timed: bool,
    stop: AtomicBool,
    declared: Mutex<Declared>,
    violations: Mutex<Vec<String>>,
}

impl Sampler {
    /// `is_timed` says that locks which block clients may be held for no longer than a moment.
    pub(crate) async fn start(url: &str, is_timed: bool) -> Result<Self, Failure> {
        let db = connect(url, "harness-locks").await?;
        let shared = Arc::new(Shared { is_timed, ..Shared::default() });
        let task = tokio::spawn(watch(db, shared.clone()));
        Ok(Sampler { shared, task })
    }

    /// From now on the runner may take these locks.
    pub(crate) fn allow(&self, declared: Declared) {
        *self.shared.declared.lock().unwrap_or_else(PoisonError::into_inner) = declared;
    }

    pub(crate) async fn finish(self) -> Result<(), Failure> {
        self.shared.stop.store(true, Ordering::Relaxed);
        match self.task.await {
            Ok(outcome) => outcome?,
            Err(error) => fail!("the lock sampler panicked: {error}"),
        }
        self.shared.check()
    }

    /// Fails where the runner has taken what it may not, so far.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        self.shared.check()
    }
}

struct Sample {
    pid: i32,
    transaction: String,
    table: String,
    mode: LockMode,
    granted: bool,
    query: String,
    /// The tables that it is a partition of.
    above: Vec<String>,
}

async fn watch(db: Client, shared: Arc<Shared>) -> Result<(), Failure> {
    let query = db.prepare(RUNNER_LOCKS).await?;
    let mut pace = tokio::time::interval(INTERVAL);
    let mut seen: HashMap<(i32, String, String, bool), Instant> = HashMap::new();
    while !shared.stop.load(Ordering::Relaxed) {
        pace.tick().await;
        // While a sample is taken the run may go over to its next phase: a lock is one that either
        // allows.
        let before = shared.declared();
        let rows = db.query(&query, &[]).await?;
        let after = shared.declared();
        let mut now = HashMap::new();
        for row in rows {
            let sample = Sample {
                pid: row.get(0),
                transaction: row.get(1),
                table: row.get(2),
                mode: mode(row.get(3))?,
                granted: row.get(4),
                query: row.get(5),
                above: row.get(6),
            };
            shared.report(undeclared([&before, &after], &sample));
            if shared.is_timed && sample.mode.blocks_clients() {
                let key =
                    (sample.pid, sample.transaction.clone(), sample.table.clone(), sample.granted);
                let since = *seen.get(&key).unwrap_or(&Instant::now());
                shared.report(too_long(&sample, since.elapsed()));
                now.insert(key, since);
            }
        }
        seen = now;
    }
    Ok(())
}

fn undeclared(declared: [&Declared; 2], sample: &Sample) -> Option<String> {
    let names = || sample.above.iter().chain([&sample.table]);
    let allowed = declared.into_iter().flat_map(|one| names().filter_map(|name| one.get(name)));
    let most = allowed.copied().max().unwrap_or(LockMode::AccessShare);
    (sample.mode > most).then(|| {
        format!("{} on {}, declared {most}, in `{}`", sample.mode, sample.table, sample.query)
    })
}

fn too_long(sample: &Sample, took: Duration) -> Option<String> {
    let bound = if sample.granted { LONGEST_HOLD } else { LONGEST_WAIT };
    let verb = if sample.granted { "held" } else { "waited for" };
    (took > bound).then(|| {
        format!(
            "{} on {} {verb} for over {bound:?}, in `{}`",
            sample.mode, sample.table, sample.query
        )
    })
}

impl Shared {
    fn declared(&self) -> Declared {
        self.declared.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn check(&self) -> Result<(), Failure> {
        let violations = self.violations.lock().unwrap_or_else(PoisonError::into_inner);
        if !violations.is_empty() {
            fail!("locks that the plan does not allow:\n  {}", violations.join("\n  "));
        }
        Ok(())
    }

    fn report(&self, violation: Option<String>) {
        let Some(violation) = violation else { return };
        let mut violations = self.violations.lock().unwrap_or_else(PoisonError::into_inner);
        if !violations.contains(&violation) {
            violations.push(violation);
        }
    }
}

fn mode(name: &str) -> Result<LockMode, Failure> {
    Ok(match name {
        "AccessShareLock" => LockMode::AccessShare,
        "RowShareLock" => LockMode::RowShare,
        "RowExclusiveLock" => LockMode::RowExclusive,
        "ShareUpdateExclusiveLock" => LockMode::ShareUpdateExclusive,
        "ShareLock" => LockMode::Share,
        "ShareRowExclusiveLock" => LockMode::ShareRowExclusive,
        "ExclusiveLock" => LockMode::Exclusive,
        "AccessExclusiveLock" => LockMode::AccessExclusive,
        other => fail!("unknown lock mode {other}"),
    })
}
