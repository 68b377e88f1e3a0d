//! Room on the disk for what a phase is going to write.

use crate::lock::Locked;
use crate::outcome::error::Error;
use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};
use crate::work::touched::{Fill, relations};

/// How it is said; what there is to say needs more than a query.
pub(in crate::preflight) const LOOK: Look = Look {
    check: Check::DiskSpace,
    severity: |_| Severity::Warn,
    sql: |_| None,
    effect: "a server whose disk is full stops, and every client with it",
    help: "make room first; `free_disk` tells the preflight how much there is",
};

/// Of a table and its indexes, what a backfill leaves behind, in percent: it fills pages from
/// place to place as it goes, so this is far less than a copy.
const FILLED: u32 = 25;

/// Bytes that an index takes for a row, where the table has none to judge by.
const INDEX_ROW: u32 = 40;

/// Returns what is found, and how severe it is by itself.
pub(in crate::preflight) async fn look(
    session: &mut Locked<'_>,
    scene: Scene<'_>,
) -> Result<Option<(String, Severity)>, Error> {
    let Scene { touched, settings } = scene;
    if !touched.writes_much() {
        return Ok(None);
    }
    let rows = session.query(&growth(scene)).await?;
    let bytes = rows.value().and_then(|bytes| bytes.parse::<f64>().ok()).unwrap_or_default();
    // Bytes are no more than a database has.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let bytes = bytes as u64;
    let free = match &settings.preflight.free_disk {
        Some(ask) => ask().await,
        None => None,
    };
    Ok(match free {
        Some(free) if free < bytes => {
            let (bytes, free) = (mebibytes(bytes), mebibytes(free));
            let what = format!("the phase writes about {bytes}, and {free} are free");
            Some((what, Severity::Fatal))
        }
        None if bytes > settings.preflight.growth => {
            let bytes = mebibytes(bytes);
            Some((format!("the phase writes about {bytes}"), Severity::Warn))
        }
        _ => None,
    })
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

/// A concurrent build sorts on the disk what it then writes, so an index counts twice.
fn growth(Scene { touched, .. }: Scene<'_>) -> String {
    let filled = relations(touched.fills.iter().map(Fill::table));
    let builds = touched.builds.iter().map(|(table, _)| {
        let relations = relations(std::iter::once(*table));
        format!(
            " + (select coalesce(sum(2 * greatest(c.reltuples, 0) * coalesce((\
             select max(pg_catalog.pg_relation_size(i.indexrelid) / greatest(c.reltuples, 1)) \
             from pg_catalog.pg_index i where i.indrelid = c.oid and c.reltuples > 0), \
             {INDEX_ROW})), 0) from pg_catalog.pg_class c where c.oid in ({relations}))"
        )
    });
    let builds: Vec<String> = builds.collect();
    format!(
        "select (select coalesce(sum(pg_catalog.pg_total_relation_size(relid)), 0) \
         * {FILLED} / 100.0 from ({filled}) f){}",
        builds.concat()
    )
}
