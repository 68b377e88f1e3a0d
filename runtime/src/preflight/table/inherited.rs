//! Tables that inherit from one that the phase changes, and are no partitions of it.

use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};
use crate::work::touched::{Fill, array};

pub(in crate::preflight) const LOOK: Look = Look {
    check: Check::Inherited,
    severity: |_| Severity::Fatal,
    sql,
    effect: "it gets the columns and not the triggers: its rows are not kept equal, and its \
             clients may fail",
    help: "end the inheritance with `alter table <child> no inherit <parent>` first, or make the \
           children partitions",
};

fn sql(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    let tables = touched.altered.iter().copied().chain(touched.fills.iter().map(Fill::table));
    let tables: Vec<&str> = tables.collect();
    if tables.is_empty() {
        return None;
    }
    Some(format!(
        "select pg_catalog.format('%s inherits from %s, and no migration knows of it', \
         c.oid::regclass, i.inhparent::regclass) \
         from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid \
         where not c.relispartition and c.relkind in ('r', 'f') and i.inhparent in (\
         select pg_catalog.to_regclass(name)::oid from unnest({}) as n (name)) \
         order by i.inhparent, c.oid limit 20",
        array(tables.into_iter())
    ))
}
