//! Indexes that somebody's build has left behind.

use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};
use crate::work::touched::{array, relations};

pub(in crate::preflight) const LOOK: Look = Look {
    check: Check::InvalidIndex,
    severity: |_| Severity::Warn,
    sql,
    effect: "it costs every write and serves no read, and a backfill pays for it as well",
    help: "drop it with `drop index concurrently`, or make it valid with `reindex index \
           concurrently`",
};

/// Those that the phase itself builds are left out, and the partitions of such: the runner sees to
/// them.
fn sql(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    if touched.locks.is_empty() {
        return None;
    }
    let relations_of_all = touched.relations();
    let ours = array(touched.builds.iter().map(|(_, index)| *index));
    let built_on = array(touched.builds.iter().map(|(table, _)| *table));
    let built_below = relations(touched.builds.iter().map(|(table, _)| *table));
    Some(format!(
        "select pg_catalog.format('index %s on %s is not valid', \
         i.indexrelid::regclass, i.indrelid::regclass) \
         from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid \
         where i.indrelid in ({relations_of_all}) and c.relkind = 'i' \
         and not (i.indisvalid and i.indisready and i.indislive) \
         and not exists (select from unnest({ours}) n \
         where pg_catalog.to_regclass(n) = i.indexrelid) \
         and not (i.indrelid in ({built_below}) and not exists (select from unnest({built_on}) n \
         where pg_catalog.to_regclass(n) = i.indrelid)) \
         and not exists (select from pg_catalog.pg_stat_progress_create_index p \
         where p.index_relid = i.indexrelid)"
    ))
}
