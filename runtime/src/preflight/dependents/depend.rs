//! What the catalogs say (PostgreSQL manual, `pg_depend`).

use super::temporary;
use crate::lock::Locked;
use crate::migration::{Dropped, ObjectKind};
use crate::outcome::error::Error;
use crate::session::sql::quote_literal;

/// More than anybody reads at once.
const SHOWN: u32 = 20;

/// Something that depends on what goes.
pub(super) struct Dependent {
    pub(super) what: String,
    /// The server refuses to drop the one without the other.
    pub(super) refuses: bool,
}

pub(super) async fn found(
    session: &mut Locked<'_>,
    dropped: &[&Dropped],
) -> Result<Vec<Dependent>, Error> {
    let rows = session.query(&query(dropped)).await?;
    let mut found = Vec::new();
    for row in rows.iter() {
        let text = |column| row.get(column).unwrap_or("?");
        let refuses = row.get(2) != Some("t");
        let mut what = if refuses {
            format!("{} needs {}", text(0), text(1))
        } else {
            format!("{} on {} would be dropped unseen", text(0), text(1))
        };
        if let Some(schema) = row.get(3) {
            what = format!("{what}, {}", temporary::session(session, schema).await?);
        }
        found.push(Dependent { what, refuses });
    }
    Ok(found)
}

/// Follows what goes to all that goes with it: parts of a table, partitions, what PostgreSQL made
/// for it, and what the plan names. The rest of what depends on any of that is what is asked for.
///
/// Each edge is looked at once, and what goes is looked up in a hash of it: a table of a thousand
/// partitions has thousands of both.
fn query(dropped: &[&Dropped]) -> String {
    let roots: Vec<String> = dropped.iter().map(|one| root(one)).collect();
    let mut names: Vec<&str> = dropped.iter().flat_map(|one| one.with).copied().collect();
    names.sort_unstable();
    names.dedup();
    let names: Vec<String> = names.into_iter().map(quote_literal).collect();
    let (roots, names) = (roots.join("\n  union all "), names.join(", "));
    let unlisted = except_lists(dropped, "e");
    format!(
        "with recursive edge
  (classid, objid, objsubid, goes, owner, deptype, is_child, of_class, of_object, of_part) as (
  select root.classid, root.objid, root.objsubid, true, null::pg_catalog.oid, null::\"char\",
    false, null::pg_catalog.oid, null::pg_catalog.oid, null::integer
  from ({roots}) as root (classid, objid, objsubid)
  union
  select e.classid, e.objid, e.objsubid, coalesce(
    e.deptype in ('i', 'P', 'e', 'x') or e.name = any (array[{names}]::pg_catalog.name[])
    or (g.classid <> 'pg_catalog.pg_class'::pg_catalog.regclass and e.deptype = 'a')
    or (g.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and g.objsubid = 0
      and (e.owner = g.objid or e.deptype = 'a' and e.relkind in ('r', 'p', 'f', 'S')))
    or (e.deptype = 'a' and e.relkind = 'S' and e.feeds), false),
    e.owner, e.deptype, e.is_child, g.classid, g.objid, g.objsubid
  from edge g cross join lateral ({EDGES}) e
  where g.goes
), gone as materialized (select distinct classid, objid, objsubid from edge where goes),
needs as materialized (
  select e.classid, e.objid, e.objsubid, e.deptype, e.of_class, e.of_object, e.of_part
  from edge e
    cross join lateral (select e.of_class, e.of_object, e.of_part) g (classid, objid, objsubid)
  where not e.goes and e.deptype <> 'S' and not e.is_child{unlisted}
    and not exists (select from gone x where x.classid = e.classid and x.objid = e.objid
      and x.objsubid in (0, e.objsubid))
    and not exists (select from gone x where x.objid = e.owner and x.objsubid = 0
      and x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)
)
select n.type || ' ' || n.identity,
  (pg_catalog.array_agg(o.type || ' ' || o.identity order by o.type in ('index', 'type')))[1],
  pg_catalog.bool_or(e.deptype = 'a'),
  case when pg_catalog.min(n.schema) ~ '^pg_temp_' then pg_catalog.min(n.schema) end
from needs e
  cross join lateral pg_catalog.pg_identify_object(e.classid, e.objid, e.objsubid) n
  cross join lateral pg_catalog.pg_identify_object(e.of_class, e.of_object, e.of_part) o
group by 1 order by 1 limit {SHOWN}"
    )
}

/// What depends on `g`: a view stands for its rule, a column for its default. `owner` is the table
/// that it is a part of, `name` what a plan would call it, `feeds` whether a sequence gives the
/// column its values, `is_child` whether a partition has it from its parent.
const EDGES: &str = "
    select coalesce(v.classid, d.classid) as classid, coalesce(v.objid, d.objid) as objid,
      coalesce(v.objsubid, d.objsubid) as objsubid, d.deptype, c.relkind,
      coalesce(i.indrelid, nullif(k.conrelid, 0), t.tgrelid, p.polrelid, r.ev_class, a.adrelid,
        s.stxrelid, case when d.objsubid > 0 then c.oid end) as owner,
      coalesce(case when i.indrelid is not null then c.relname end, k.conname, t.tgname) as name,
      case when c.relkind = 'S' then exists (select from pg_catalog.pg_depend f
        join pg_catalog.pg_attrdef b on b.oid = f.objid
        where f.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
          and f.refclassid = d.classid and f.refobjid = d.objid
          and b.adrelid = d.refobjid and b.adnum = d.refobjsubid) else false end as feeds,
      coalesce(i.indrelid is not null and c.relispartition or k.conparentid <> 0
        or t.tgparentid <> 0, false) as is_child
    from pg_catalog.pg_depend d
      left join pg_catalog.pg_class c
        on d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and c.oid = d.objid
      left join pg_catalog.pg_index i on i.indexrelid = c.oid
      left join pg_catalog.pg_constraint k
        on d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and k.oid = d.objid
      left join pg_catalog.pg_trigger t
        on d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass and t.oid = d.objid
      left join pg_catalog.pg_policy p
        on d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and p.oid = d.objid
      left join pg_catalog.pg_rewrite r
        on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and r.oid = d.objid
      left join pg_catalog.pg_attrdef a
        on d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and a.oid = d.objid
      left join pg_catalog.pg_statistic_ext s
        on d.classid = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass and s.oid = d.objid
      left join lateral (
        select 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid as classid,
          coalesce(r.ev_class, a.adrelid) as objid, coalesce(a.adnum, 0)::integer as objsubid
        where r.rulename = '_RETURN' or a.adrelid is not null
      ) v on true
    where d.refclassid = g.classid and d.refobjid = g.objid
      and (g.objsubid = 0 or d.refobjsubid = g.objsubid)
      and (g.objsubid = 0 or k.contype is distinct from 'n')
    union all
    select g.classid, h.inhrelid, b.attnum,
      (case when b.relispartition then 'P' else 'a' end)::\"char\",
      b.relkind, h.inhrelid, null, false, false
    from pg_catalog.pg_attribute a
      join pg_catalog.pg_inherits h on h.inhparent = a.attrelid
      cross join lateral (select b.attnum, c.relkind, c.relispartition
        from pg_catalog.pg_class c join pg_catalog.pg_attribute b on b.attrelid = c.oid
        where c.oid = h.inhrelid and b.attrelid = h.inhrelid and b.attname = a.attname
          and b.attinhcount > 0
        offset 0) b
    where g.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and g.objsubid > 0
      and a.attrelid = g.objid and a.attnum = g.objsubid";

/// Leaves out triggers that only list a column `g` whose place another takes, and list others: the
/// plan makes them again. A condition that names the column would be a second entry.
pub(super) fn except_lists(dropped: &[&Dropped], entry: &str) -> String {
    let replaced = dropped.iter().filter(|one| one.kind == ObjectKind::ReplacedColumn);
    let replaced: Vec<String> = replaced.map(|one| root(one)).collect();
    if replaced.is_empty() {
        return String::new();
    }
    format!(
        "
  and not ((g.classid, g.objid, g.objsubid) in ({}) and exists (
    select from pg_catalog.pg_trigger t
    where {entry}.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass and t.oid = {entry}.objid
      and g.objsubid = any (t.tgattr::pg_catalog.int2[])
      and 1 = (select pg_catalog.count(*) from pg_catalog.pg_depend w
        where w.classid = {entry}.classid and w.objid = {entry}.objid and w.refclassid = g.classid
          and w.refobjid = g.objid and w.refobjsubid = g.objsubid)
      and exists (select from pg_catalog.unnest(t.tgattr::pg_catalog.int2[]) as c (number)
        where not exists (select from gone x where x.classid = g.classid
          and x.objid = t.tgrelid and x.objsubid = c.number))))",
        replaced.join(" union all ")
    )
}

/// The rows, none or one, that say where the catalogs have it.
pub(in crate::preflight) fn root(dropped: &Dropped) -> String {
    let Dropped { kind, name, part, .. } = dropped;
    let (name, part) = (quote_literal(name), quote_literal(part));
    let on = format!("pg_catalog.to_regclass({name})");
    let (catalog, found) = match kind {
        ObjectKind::Table | ObjectKind::Relation => ("pg_class", format!("oid = {on}")),
        ObjectKind::Column | ObjectKind::ReplacedColumn => {
            let found = format!("attrelid = {on} and attname = {part} and not attisdropped");
            return format!(
                "select 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, attrelid, \
                 attnum::integer from pg_catalog.pg_attribute where {found}"
            );
        }
        // What needs it, the catalogs say by other means.
        ObjectKind::NotNull | ObjectKind::ReplacedKey => {
            return "select null::pg_catalog.oid, null::pg_catalog.oid, 0 where false".to_owned();
        }
        // Its partitions have theirs from it.
        ObjectKind::Default => {
            let partitions = format!(
                "select relid from pg_catalog.pg_partition_tree({on}) union all select {on}"
            );
            return format!(
                "select 'pg_catalog.pg_attrdef'::pg_catalog.regclass::pg_catalog.oid, d.oid, 0 \
                 from pg_catalog.pg_attrdef d join pg_catalog.pg_attribute a \
                 on a.attrelid = d.adrelid and a.attnum = d.adnum \
                 where d.adrelid in ({partitions}) and a.attname = {part}"
            );
        }
        ObjectKind::Constraint => {
            ("pg_constraint", format!("conrelid = {on} and conname = {part}"))
        }
        ObjectKind::Trigger => ("pg_trigger", format!("tgrelid = {on} and tgname = {part}")),
        ObjectKind::Policy => ("pg_policy", format!("polrelid = {on} and polname = {part}")),
        ObjectKind::Function => ("pg_proc", format!("oid = pg_catalog.to_regprocedure({name})")),
        ObjectKind::Type => ("pg_type", format!("oid = pg_catalog.to_regtype({name})")),
        ObjectKind::Schema => ("pg_namespace", format!("nspname = {name}")),
        // One that was there before has no comment of ours, and stays.
        ObjectKind::Extension => (
            "pg_extension",
            format!(
                "extname = {name} and {part} in ('', \
                 pg_catalog.obj_description(oid, 'pg_extension'))"
            ),
        ),
    };
    format!(
        "select 'pg_catalog.{catalog}'::pg_catalog.regclass::pg_catalog.oid, oid, 0 \
         from pg_catalog.{catalog} where {found}"
    )
}
