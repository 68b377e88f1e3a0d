//! Room in the server's table of locks, where a table has many partitions.

use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};
use crate::session::sql::{milliseconds, tree};
use crate::work::touched::{Touched, array};

pub(in crate::preflight) const ROOM: Look = Look {
    check: Check::LockTable,
    severity: |_| Severity::Fatal,
    sql: room,
    effect: "a statement that reaches all partitions fails (53200, out of shared memory), a \
             client's as well as the runner's",
    help: "raise `max_locks_per_transaction` and start the server again, or have fewer partitions",
};

pub(in crate::preflight) const TIME: Look = Look {
    check: Check::ManyPartitions,
    severity: |_| Severity::Warn,
    sql: time,
    effect: "clients of the table wait for as long, and whoever comes behind them",
    help: "run it when the table is quiet, or have fewer partitions",
};

/// Below this nobody notices.
const NOTICED: u32 = 400;

/// PostgreSQL manual, section "Lock Management".
const SLOTS: &str = "current_setting('max_locks_per_transaction')::bigint \
    * (current_setting('max_connections')::bigint \
    + current_setting('max_prepared_transactions')::bigint)";

/// Returns what each partitioned table of the phase is made of: `builds` indexes come to each
/// partition, `blocks` says whether all of them are locked at once.
fn tables(touched: &Touched) -> Option<String> {
    let names = array(touched.locks.iter().map(|lock| lock.table));
    if touched.locks.is_empty() {
        return None;
    }
    let builds = touched.locks.iter().map(|lock| {
        let built =
            touched.builds.iter().map(|(table, _)| *table).chain(touched.built_later.clone());
        built.filter(|table| *table == lock.table).count().to_string()
    });
    let blocks = touched.locks.iter().map(|lock| lock.mode.blocks_clients().to_string());
    let (builds, blocks): (Vec<String>, Vec<String>) = (builds.collect(), blocks.collect());
    Some(format!(
        "select c.oid::regclass as name, n.builds, n.blocks, t.parts, t.indexes, {SLOTS} as slots, \
         sum(t.parts) filter (where n.blocks) over () as blocked \
         from unnest({names}, array[{}], array[{}]) as n (name, builds, blocks) \
         join pg_catalog.pg_class c on c.oid = pg_catalog.to_regclass(n.name) and c.relkind = 'p' \
         cross join lateral (select count(*) as parts, coalesce(sum(i.count), 0) as indexes \
         from ({}) p \
         cross join lateral (select count(*) from pg_catalog.pg_index x \
         where x.indrelid = p.relid) i) t",
        builds.join(", "),
        blocks.join(", "),
        tree("c.oid")
    ))
}

fn room(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    let tables = tables(touched)?;
    Some(format!(
        "select pg_catalog.format('%s has %s tables, itself and its partitions, and %s indexes: a \
         query of them all takes %s locks, and %s once the %s new indexes are there, and the \
         server has room for %s', name, parts, indexes, parts + indexes, \
         parts * (1 + builds) + indexes, builds, slots) from ({tables}) t \
         where builds > 0 and parts * (1 + builds) + indexes > slots \
         union all \
         select pg_catalog.format('the phase locks %s tables, partitions among them, and the server \
         has room for %s locks', min(blocked), min(slots)) from ({tables}) t \
         having min(blocked) > min(slots)"
    ))
}

/// What a statement takes on each partition, in microseconds: `alter table … add column` from 40 to 70,
/// `create trigger` from 50 to 110, as measured on PostgreSQL 15.
const EACH: [u32; 2] = [40, 110];

/// The same for the lock alone.
const LOCK: u32 = 10;

fn time(Scene { touched, settings }: Scene<'_>) -> Option<String> {
    let tables = tables(touched)?;
    let reached = array(touched.reached.iter().map(|(table, _)| *table));
    let counts: Vec<String> = touched.reached.iter().map(|(_, count)| count.to_string()).collect();
    let budget = milliseconds(settings.lock_timeout);
    let [least, most] =
        EACH.map(|each| format!("(parts * ({LOCK} + coalesce(count, 0) * {each}) / 1000)"));
    Some(format!(
        "select pg_catalog.format('%s statements under one lock of %s and its %s partitions keep its \
         clients waiting for some %s to %s ms, where a lock may be waited for %s ms', \
         coalesce(count, 0), name, parts - 1, {least}, {most}, {budget}) from ({tables}) t \
         left join unnest({reached}, array[{}]::integer[]) as r (relation, count) \
         on pg_catalog.to_regclass(r.relation) = t.name \
         where blocks and (parts > {NOTICED} or {most} > {budget})",
        counts.join(", ")
    ))
}
