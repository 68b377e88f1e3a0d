//! What a step reads, writes and takes, by the size of its table.

use std::time::Duration;

use crate::migration::{Change, LockMode, Phase, Step, Work};
use crate::outcome::forecast::Takes;
use crate::review::forecast::scene::{Known, Scene};
use crate::review::forecast::sizes::Size;

/// Rows a second that a backfill fills on an idle server; measured between 90,000 and 200,000.
const FILL: f64 = 100_000.0;
/// The same where a function of the service makes the values.
const CONVERT: f64 = 20_000.0;
/// Rows a second of an index build, its two scans and its sort.
const BUILD: f64 = 500_000.0;
/// Bytes a second of a scan that nothing is written by.
const SCAN: f64 = 400e6;
/// How much slower a busy server with cold caches is than what is measured.
const SLOWER: f64 = 6.0;
/// Bytes of an index for each row, where it has no sibling to judge by.
const INDEX_ROW: u64 = 40;
/// Bytes of WAL for each row that is written anew with its index entries, whole pages left out.
const WRITTEN_ROW: u64 = 200;
/// Of a table and its indexes, what a backfill leaves behind, in percent: it fills pages from place to
/// place as it goes.
const GROWTH: u64 = 25;

pub(super) struct Cost {
    pub(super) rows: Option<u64>,
    pub(super) growth: u64,
    pub(super) wal: u64,
    pub(super) takes: Takes,
}

const NOTHING: Cost = Cost { rows: None, growth: 0, wal: 0, takes: Takes::Moment };

pub(super) fn cost(scene: &Scene, change: &'static Change, step: &'static Step) -> Cost {
    match &step.work {
        Work::Backfill(backfill) => {
            on(scene, backfill.table, |size| fill(size, scene.past.rate, FILL))
        }
        Work::Convert(convert) => {
            on(scene, convert.table, |size| fill(size, scene.past.rate, CONVERT))
        }
        // Nobody knows how many rows meet the condition: at most it is all.
        Work::Removal(removal) => on(scene, removal.table, |size| {
            let all = fill(size, scene.past.rate, FILL);
            if removal.into.is_some() { all } else { Cost { growth: 0, ..all } }
        }),
        // A row is written several times on its way, and its indexes are built anew.
        Work::Compaction(compaction) => on(scene, compaction.table, |size| {
            let moved = fill(size, scene.past.rate, FILL);
            let built = rebuild(size);
            let wal = moved.wal.saturating_mul(2).saturating_add(built.wal);
            Cost { growth: built.growth, wal, takes: moved.takes.then(built.takes), ..moved }
        }),
        Work::Reindex(of) => on(scene, of.table, rebuild),
        Work::BuildIndex(index) => on(scene, index.table, build),
        Work::NoRows(look) => on(scene, look.table, scan),
        Work::Transaction(statements) => {
            let reading = statements.iter().filter(|one| one.reads_rows);
            // What a phase reads under a lock that blocks nobody is a scan; under one that blocks, rows
            // are read only by the one-step form.
            let is_direct = change.steps.iter().any(|step| matches!(step.work, Work::SizeLimit(_)));
            let strongest = reading.filter_map(|one| one.locks.iter().max_by_key(|lock| lock.mode));
            let scanned = strongest.into_iter().find(|lock| {
                (lock.mode == LockMode::ShareUpdateExclusive
                    && matches!(step.phase, Phase::Migrate | Phase::Background))
                    || (is_direct && lock.mode.blocks_clients())
            });
            scanned.map_or(NOTHING, |lock| on(scene, lock.table, scan))
        }
        // It rebuilds an index or a materialized view.
        Work::NonTransactional(alone) if alone.statement.reads_rows => {
            alone.statement.locks.first().map_or(NOTHING, |lock| on(scene, lock.table, build))
        }
        Work::DropIndex(_)
        | Work::NonTransactional(_)
        | Work::SizeLimit(_)
        | Work::Partitions(_) => NOTHING,
    }
}

/// Returns what is done to a table.
fn on(scene: &Scene, table: &str, cost: impl Fn(&Size) -> Cost) -> Cost {
    match scene.known(table) {
        Known::Size(size) => cost(size),
        Known::New => NOTHING,
        Known::Nothing => Cost { takes: Takes::Unknown, ..NOTHING },
    }
}

/// A backfill writes each row anew, and each page that it writes first after a checkpoint whole.
fn fill(size: &Size, past: Option<u64>, idle: f64) -> Cost {
    let both = size.stored() + size.indexes;
    let takes = match (size.rows, past) {
        (None, _) => Takes::Unknown,
        (Some(rows), Some(rate)) => takes(count(rows) / count(rate), 2.0, true),
        (Some(rows), None) => takes(count(rows) / idle, SLOWER, false),
    };
    let wal = both + size.rows.unwrap_or_default() * WRITTEN_ROW;
    Cost { rows: size.rows, growth: both * GROWTH / 100, wal, takes }
}

fn build(size: &Size) -> Cost {
    let bytes = size.rows.unwrap_or_default() * INDEX_ROW;
    let takes = size.rows.map_or(Takes::Unknown, |rows| {
        let seconds = count(rows) / BUILD + 2.0 * count(size.stored()) / SCAN;
        takes(seconds, SLOWER, false)
    });
    Cost { rows: size.rows, growth: bytes, wal: bytes, takes }
}

/// All of its indexes.
fn rebuild(size: &Size) -> Cost {
    Cost { growth: size.indexes, wal: size.indexes, ..build(size) }
}

fn scan(size: &Size) -> Cost {
    let takes = takes(count(size.stored()) / SCAN, SLOWER, false);
    Cost { rows: size.rows, growth: 0, wal: 0, takes }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate has two digits at best")]
fn count(number: u64) -> f64 {
    number as f64
}

fn takes(seconds: f64, slower: f64, from_past: bool) -> Takes {
    let time = |seconds: f64| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX / 1024);
    Takes::About { least: time(seconds / 2.0), most: time(seconds * slower), from_past }
}
