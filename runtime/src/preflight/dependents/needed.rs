//! What keeps objects from being dropped, as PostgreSQL goes about it: it drops along what belongs
//! to them, and refuses over anything else that needs one of all these.
//!
//! PostgreSQL manual, section "`pg_depend`".

use super::depend::{except_lists, root};
use crate::lock::Locked;
use crate::migration::{Dropped, ObjectKind};
use crate::outcome::error::Error;
use crate::session::sql::quote_literal;

const SHOWN: u32 = 20;

/// Of several, the defaults that a step of its own takes back are among what goes.
pub(super) async fn found(
    session: &mut Locked<'_>,
    dropped: &[&Dropped],
) -> Result<Vec<String>, Error> {
    let roots: Vec<String> = dropped.iter().map(|one| root(one)).collect();
    let sql = format!(
        "with recursive gone (classid, objid, objsubid) as (
  select * from ({}) as root
  union
  select d.classid, d.objid, d.objsubid from gone g join pg_catalog.pg_depend d
    on d.refclassid = g.classid and d.refobjid = g.objid
      and (g.objsubid = 0 or d.refobjsubid = g.objsubid)
  where d.deptype in ('a', 'i', 'P', 'S', 'e', 'x')
), needing as (
  select distinct coalesce(v.class, d.classid) as classid, coalesce(w.ev_class, d.objid) as objid,
    case when w.oid is null then d.objsubid else 0 end as objsubid,
    g.classid as of_class, g.objid as of_object, g.objsubid as of_part
  from gone g join pg_catalog.pg_depend d
    on d.refclassid = g.classid and d.refobjid = g.objid
      and (g.objsubid = 0 or d.refobjsubid = g.objsubid)
    left join pg_catalog.pg_rewrite w
      on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and w.oid = d.objid
    left join lateral (select 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
      where w.oid is not null) v (class) on true
  where d.deptype = 'n' and not exists (select from gone x where x.classid = d.classid and x.objid = d.objid
      and x.objsubid in (0, d.objsubid)){}{}
)
select n.type || ' ' || n.identity || ' needs ' || pg_catalog.min(o.type || ' ' || o.identity)
from needing e
  cross join lateral pg_catalog.pg_identify_object(e.classid, e.objid, e.objsubid) n
  cross join lateral pg_catalog.pg_identify_object(e.of_class, e.of_object, e.of_part) o
group by n.type, n.identity order by 1 limit {SHOWN}",
        roots.join("\n  union all "),
        except_lists(dropped, "d"),
        never_null(dropped)
    );
    let rows = session.query(&sql).await?;
    Ok(rows.iter().filter_map(|row| row.get(0)).map(str::to_owned).collect())
}

/// Asks what is on columns that may be null again, and cannot be on such a one: a primary key, an
/// identity's sequence, the index that rows are known by.
fn never_null(dropped: &[&Dropped]) -> String {
    let columns = dropped.iter().filter(|one| one.kind == ObjectKind::NotNull).map(|one| {
        let (name, part) = (quote_literal(one.name), quote_literal(one.part));
        format!("(pg_catalog.to_regclass({name})::pg_catalog.oid, {part})")
    });
    let columns: Vec<String> = columns.collect();
    if columns.is_empty() {
        return String::new();
    }
    let replaced = dropped.iter().filter(|one| one.kind == ObjectKind::ReplacedKey).map(|one| {
        let (name, part) = (quote_literal(one.name), quote_literal(one.part));
        format!(
            "\n        and (k.conrelid, k.conname) <> (pg_catalog.to_regclass({name})::pg_catalog.oid, {part})"
        )
    });
    let replaced: String = replaced.collect();
    format!(
        "
  union
  select s.classid, s.objid, 0, 'pg_catalog.pg_class'::pg_catalog.regclass, a.attrelid, a.attnum
  from (values {}) as n (relation, name)
    join pg_catalog.pg_attribute a on a.attrelid = n.relation and a.attname = n.name
    cross join lateral (
      select 'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid, k.oid
      from pg_catalog.pg_constraint k
      where k.conrelid = a.attrelid and k.contype = 'p' and a.attnum = any (k.conkey){replaced}
      union all
      select d.classid, d.objid from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.deptype = 'i'
        and d.refclassid = d.classid and d.refobjid = a.attrelid and d.refobjsubid = a.attnum
      union all
      select 'pg_catalog.pg_class'::pg_catalog.regclass, i.indexrelid from pg_catalog.pg_index i
      where i.indrelid = a.attrelid and i.indisreplident
        and a.attnum = any (i.indkey::pg_catalog.int2[])
    ) s (classid, objid)
  where not exists (select from gone x where x.classid = s.classid and x.objid = s.objid
      and x.objsubid = 0)",
        columns.join(", ")
    )
}

/// Returns what has a name that something is to be made by, a clause each; what goes first is no
/// hindrance.
pub(super) async fn taken(
    session: &mut Locked<'_>,
    made: &[&Dropped],
    dropped: &[&Dropped],
) -> Result<Vec<String>, Error> {
    let gone = match dropped {
        [] => "select null::pg_catalog.oid, null::pg_catalog.oid, 0".to_owned(),
        all => all.iter().map(|one| root(one)).collect::<Vec<_>>().join("\n  union all "),
    };
    let made: Vec<String> = made.iter().map(|one| root(one)).collect();
    let sql = format!(
        "with gone (classid, objid, objsubid) as (
  {gone}
), found (classid, objid, objsubid) as (
  {}
)
select n.type || ' ' || n.identity || ' has the name of what comes back'
from found f cross join lateral pg_catalog.pg_identify_object(f.classid, f.objid, f.objsubid) n
where not exists (select from gone g where g.classid = f.classid and g.objid = f.objid)
order by 1 limit {SHOWN}",
        made.join("\n  union all ")
    );
    let rows = session.query(&sql).await?;
    Ok(rows.iter().filter_map(|row| row.get(0)).map(str::to_owned).collect())
}
