//! What plans declare of their locks.

use std::collections::BTreeMap;

use super::sample::LockSample;
use crate::migration::{
    Compaction, KeptPartitions, LockMode, Migration, Phase, Statement, Step, TableLock, Work,
};
use crate::work::partitions::{is_named, named};

/// The strongest lock that a plan takes of each table; a table is quoted and schema-qualified.
pub type DeclaredLocks = BTreeMap<String, LockMode>;

/// Returns what these phases of a migration declare, of their work or of what undoes it.
///
/// ```
/// use changeover::Phase;
/// use changeover::migration::LockMode;
/// use changeover::testing::declared_locks;
///
/// mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// mod m0002_email {
///     changeover::migration! {
///         after super::m0001_users;
///         add_column!(users.email: text);
///     }
/// }
/// changeover::migrations! { static MIGRATIONS = [m0001_users, m0002_email]; }
///
/// # fn main() {
/// let locks = declared_locks(MIGRATIONS.migrations[1], &[Phase::Expand], false);
/// assert_eq!(locks[r#""public"."users""#], LockMode::AccessExclusive);
/// # }
/// ```
pub fn declared_locks(migration: &Migration, phases: &[Phase], undo: bool) -> DeclaredLocks {
    let mut strongest = DeclaredLocks::new();
    for step in phases.iter().flat_map(|phase| migration.steps(*phase)) {
        for lock in step_locks(step, undo) {
            let mode = strongest.entry(lock.table.to_owned()).or_insert(lock.mode);
            *mode = lock.mode.max(*mode);
        }
        // A partition that comes can be seen before its locks are let go, and no client has asked for it.
        if let Work::Partitions(KeptPartitions { table, rule: Some(_), .. }) = step.work {
            strongest.insert(named(table), LockMode::AccessExclusive);
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
        Some(Work::Removal(removal)) => removal.locks.to_vec(),
        // A vacuum cuts pages off under a lock that it gives up where anybody waits.
        Some(Work::Compaction(Compaction { table, truncates, .. })) => {
            let mode =
                if truncates { LockMode::AccessExclusive } else { LockMode::ShareUpdateExclusive };
            vec![TableLock { table, mode }]
        }
        Some(Work::Reindex(of)) => {
            vec![TableLock { table: of.table, mode: LockMode::ShareUpdateExclusive }]
        }
        Some(Work::Partitions(kept)) => kept.locks.to_vec(),
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

/// Returns what any of these plans declares of the sample's table, or of one that it is a partition of,
/// where the lock that was seen is a stronger one.
pub fn undeclared_lock(declared: &[&DeclaredLocks], sample: &LockSample) -> Option<LockMode> {
    let names = || sample.partition_of.iter().chain([&sample.table]);
    let is_it = |known: &str| names().any(|name| name == known || is_named(name, known));
    let all = declared.iter().flat_map(|one| one.iter());
    let allowed = all.filter(|(known, _)| is_it(known)).map(|(_, mode)| *mode);
    let most = allowed.max().unwrap_or(LockMode::AccessShare);
    (sample.mode > most).then_some(most)
}
