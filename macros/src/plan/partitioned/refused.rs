//! What only the database knows of, and what cannot come along: asked before anything is changed, and
//! once more under the lock.

use crate::plan::Statement;
use crate::plan::sql::constraint;
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::tables::table::Table;
use crate::syntax::values::default::literal;
use crate::syntax::words::name::{Name, TableName};

/// Stops where the table has, or is, what no partitioned table can have, or what no migration made and
/// new partitions would lack. The proof of the bound goes with the swap.
pub(super) fn unfit(table: &Table, proof: &str, incoming: &[(TableName, Constraint)]) -> Statement {
    let name = literal(&table.name.quoted());
    let own = table.constraints.iter().filter_map(|item| item.name.as_ref());
    let own = own.map(|name| name.text.as_str()).chain([proof]);
    let own: Vec<String> = own.map(literal).collect();
    let indexes = table.constraints.iter().filter(|item| item.has_index());
    let indexes = indexes.filter_map(|item| item.name.as_ref());
    let indexes = indexes.chain(table.indexes.iter().filter_map(|index| index.name.as_ref()));
    let indexes: Vec<String> = indexes.map(|name: &Name| literal(&name.text)).collect();
    let pointing = incoming.iter().map(|(from, item)| {
        format!("({}::regclass, {})", literal(&from.quoted()), literal(constraint::name(item)))
    });
    let pointing: Vec<String> = pointing.chain(["(null, null)".to_owned()]).collect();
    let message = literal(&format!("table {} cannot become partitioned: %", escaped(&table.name)));
    let sql = format!(
        "do $catalogs$
declare
  own regclass := {name};
  problem text;
begin
  select string_agg(what, '; ') into problem from (
    select 'it is not a plain table' from pg_class
    where oid = own and (relkind <> 'r' or relpersistence <> 'p' or relispartition or reloftype <> 0)
    union all select format('it inherits from or to %s', case own when inhrelid then inhparent else inhrelid end::regclass)
    from pg_inherits where own in (inhrelid, inhparent)
    union all select format('constraint %s is of no migration', conname) from pg_constraint
    where conrelid = own and contype not in ('n', 't') and conname <> all (array[{own}]::name[])
    union all select format('constraint %s is not valid', conname)
    from pg_constraint where conrelid = own and not convalidated
    union all select format('index %s is of no migration, or not valid', relname)
    from pg_index join pg_class c on c.oid = indexrelid
    where indrelid = own and (not indisvalid or relname <> all (array[{indexes}]::name[]))
    union all select format('there is no index %s', known) from unnest(array[{indexes}]::name[]) known
    where not exists (select from pg_index join pg_class c on c.oid = indexrelid
      where indrelid = own and relname = known)
    union all select format('foreign key %s of %s is of no migration', conname, conrelid::regclass)
    from pg_constraint where confrelid = own and contype = 'f' and conparentid = 0
      and (conrelid, conname) not in (
        select f::oid, n from (values {pointing}) v (f, n) where f is not null)
    union all select format('trigger %s for each row has transition tables', tgname) from pg_trigger
    where tgrelid = own and tgtype & 1 = 1 and (tgoldtable is not null or tgnewtable is not null)
    union all select format('rule %s on it', rulename) from pg_rewrite where ev_class = own
    union all select distinct format('%s reads it', pg_describe_object('pg_class'::regclass, c.oid, 0))
    from pg_depend d join pg_rewrite w on w.oid = d.objid join pg_class c on c.oid = w.ev_class
    where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = own
      and (c.relkind <> 'v' or w.rulename <> '_RETURN' or not pg_has_role(c.relowner, 'usage'))
    union all select format('%s reads it, and belongs to another role', d.objid::regprocedure)
    from pg_depend d join pg_proc p on p.oid = d.objid
    where d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = own
      and not pg_has_role(proowner, 'usage')
    union all select distinct format('%s uses its row as a type', pg_describe_object(d.classid, d.objid, d.objsubid))
    from pg_type t join pg_depend d on d.refclassid = 'pg_type'::regclass and d.refobjid in (t.oid, t.typarray)
    where t.typrelid = own and d.deptype <> 'i'
    union all select format('publication %s publishes it, and not by way of partitioned tables', p.pubname)
    from pg_publication p where not pubviaroot and exists (select from pg_publication_tables l
      join pg_class c on c.oid = own and l.tablename = relname and l.schemaname = relnamespace::regnamespace::name
      where l.pubname = p.pubname)
    union all select format('publication %s publishes it, and belongs to another role', pubname)
    from pg_publication p join pg_publication_rel on prpubid = p.oid
    where prrelid = own and not pg_has_role(pubowner, 'usage')
    union all select 'its replica identity is an index' from pg_class where oid = own and relreplident = 'i'
    union all select 'a subscription writes it' from pg_subscription_rel where srrelid = own
  ) found (what);
  if problem is not null then
    raise exception {message}, problem using errcode = 'object_not_in_prerequisite_state',
      hint = 'drop or replace what is in the way, or make it part of the history; a publication takes `set (publish_via_partition_root = true)`';
  end if;
end $catalogs$",
        own = own.join(", "),
        indexes = indexes.join(", "),
        pointing = pointing.join(", "),
    );
    Statement::free(sql).of_catalogs()
}

/// Stops where other partitions have come: the way back leads to one table.
pub(super) fn other_partitions(table: &TableName, partition: &TableName) -> Statement {
    let (name, own) = (literal(&table.quoted()), literal(&partition.quoted()));
    let message = literal(&format!("table {} has other partitions: %", escaped(table)));
    Statement::free(format!(
        "do $catalogs$
declare
  others text := (select string_agg(inhrelid::regclass::text, ', ' order by inhrelid)
    from pg_inherits where inhparent = to_regclass({name})::oid
      and inhrelid is distinct from to_regclass({own})::oid);
begin
  if others is not null then
    raise exception {message}, others using errcode = 'object_not_in_prerequisite_state',
      hint = 'move their rows, then detach or drop them, or keep the table partitioned';
  end if;
end $catalogs$"
    ))
    .of_catalogs()
}

/// As it stands in the text of an error, where a `%` stands for a value.
fn escaped(table: &TableName) -> String {
    table.quoted().replace('%', "%%")
}
