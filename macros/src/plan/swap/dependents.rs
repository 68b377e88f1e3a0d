//! What was done to a column outside any migration, which only the server knows.

use crate::plan::footprint::effect::Effect;
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Mode, Statement};
use crate::syntax::tables::table::Table;
use crate::syntax::values::default::literal;
use crate::syntax::words::name::{Name, TableName};

/// A column and the one that takes its place.
pub(crate) struct Replaced<'a> {
    pub(crate) table: &'a TableName,
    pub(crate) column: Name,
    pub(crate) by: Name,
    /// The names of what belongs to the one and of its copy.
    pub(crate) indexes: Vec<(Name, Name)>,
    pub(crate) constraints: Vec<(Name, Name)>,
}

/// Stops where something needs the column that no migration made: it would be dropped with the old
/// column, or go on reading it.
pub(crate) fn refuse_unknown<'a>(
    along: impl Iterator<Item = &'a Table>,
    table: &TableName,
    column: &Name,
) -> Statement {
    let mut known: Vec<String> = Vec::new();
    for table in along {
        let constraints = table.constraints.iter().filter_map(|item| item.name.as_ref());
        let indexes = table.indexes.iter().filter_map(|item| item.name.as_ref());
        known.extend(constraints.chain(indexes).map(|name| literal(&name.text)));
    }
    known.dedup();
    let (on, name) = (literal(&table.quoted()), literal(&column.text));
    let message = literal(&format!(
        "column {}.{} is needed by what no migration made: %",
        table.quoted(),
        column.quoted()
    ));
    let sql = format!(
        "do $catalogs$
declare
  unknown text;
begin
  select string_agg(pg_describe_object(d.classid, d.objid, d.objsubid), ', ') into unknown
  from pg_depend d
  join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  left join pg_class i on d.classid = 'pg_class'::regclass and i.oid = d.objid
  left join pg_constraint c on d.classid = 'pg_constraint'::regclass and c.oid = d.objid
  left join pg_attrdef e on d.classid = 'pg_attrdef'::regclass and e.oid = d.objid
  where d.refclassid = 'pg_class'::regclass and d.refobjid = {on}::regclass and a.attname = {name}
    and e.adnum is distinct from a.attnum and c.contype is distinct from 'n'
    and i.relkind is distinct from 'S'
    and coalesce(i.relname, c.conname, '') <> all (array[{}]::name[]);
  if unknown is not null then
    raise exception {message}, unknown
      using hint = 'drop it, or make it part of the history, before the switch';
  end if;
end $catalogs$",
        known.join(", ")
    );
    Statement::free(sql)
        .of_catalogs()
        .drops(Dropped::part(ObjectKind::Column, table, &column.text))
        .why("an object that the compiler does not know would go with the old column, unseen")
}

/// Makes each index the replica identity where the one that it takes the place of is, on partitions
/// too, which logical replication may know by indexes of their own.
pub(crate) fn identity(table: &TableName, indexes: &[(Name, Name)]) -> Option<Statement> {
    if indexes.is_empty() {
        return None;
    }
    let sql = format!(
        "do $catalogs$
declare
  command text;
begin
  for command in
    with recursive index (old, new) as (
      select to_regclass(names.old)::oid, to_regclass(names.new)::oid
      from (values {indexes}) names (old, new)
      union all
      select o.indexrelid, n.indexrelid from index
      join pg_inherits a on a.inhparent = index.old join pg_index o on o.indexrelid = a.inhrelid
      join pg_inherits b on b.inhparent = index.new join pg_index n on n.indexrelid = b.inhrelid
      where o.indrelid = n.indrelid
    )
    select format('alter table %s replica identity using index %I', i.indrelid::regclass, c.relname)
    from index join pg_index i on i.indexrelid = index.old join pg_class c on c.oid = index.new
    where i.indisreplident
  loop
    execute command;
  end loop;
end $catalogs$",
        indexes = pairs(indexes, |name| literal(&table.sibling(&name.text))),
    );
    let identity = Statement::locking(sql, table, Mode::AccessExclusive).of_catalogs();
    let identity = identity.effect(Effect::Identifies).changing_settings(table.quoted());
    Some(identity.why("logical replication knows rows by the new index, if it did by the old one"))
}

impl Replaced<'_> {
    /// The same for the new column's indexes; it has to be NOT NULL.
    pub(crate) fn identity(&self) -> Option<Statement> {
        identity(self.table, &self.indexes)
    }

    /// Gives the new column what the old one has.
    pub(crate) fn inherit(&self) -> Statement {
        let table = self.table.quoted();
        let (column, by) = (literal(&self.column.text), literal(&self.by.text));
        let sql = format!(
            "do $catalogs$
declare
  command text;
begin
  for command in
    with changed as (
      select a.*, t.typstorage, {on}::regclass as relation, {by}::name as by
      from pg_attribute a, pg_attribute b, pg_type t
      where a.attrelid = {on}::regclass and a.attname = {column}
        and b.attrelid = a.attrelid and b.attname = {by} and t.oid = b.atttypid
    ), index (old, new) as (values {indexes}
    ), replaced as (
      select index.new, i.indexrelid, i.indisclustered
      from index join pg_index i on i.indexrelid = to_regclass(index.old)
    ), constraint_of (old, new) as (values {constraints})
    select format('grant %s (%I) on %s to %s%s', x.privilege_type, by, relation,
      case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end,
      case when x.is_grantable then ' with grant option' else '' end)
    from changed, aclexplode(attacl) x
    union all select format('alter table %s alter column %I set statistics %s', relation, by, attstattarget)
    from changed where attstattarget >= 0
    union all select format('alter table %s alter column %I set (%s)', relation, by, array_to_string(attoptions, ', '))
    from changed where attoptions is not null
    union all select format('alter table %s alter column %I set storage %s', relation, by,
      case attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end)
    from changed where attlen = -1 and typstorage <> 'p'
      and attstorage <> (select o.typstorage from pg_type o where o.oid = atttypid)
    union all select format('alter table %s alter column %I set compression %s', relation, by,
      case attcompression when 'p' then 'pglz' else 'lz4' end)
    from changed where attcompression in ('p', 'l') and typstorage <> 'p'
    union all select format('comment on column %s.%I is %L', relation, by, col_description(relation, attnum))
    from changed where col_description(relation, attnum) is not null
    union all select format('comment on index %s is %L', new, obj_description(indexrelid, 'pg_class'))
    from replaced where obj_description(indexrelid, 'pg_class') is not null
    union all select format('alter table %s cluster on %I', relation, relname)
    from changed, replaced join pg_class c on c.oid = to_regclass(new) where indisclustered
    union all select format('comment on constraint %I on %s is %L', new, relation, obj_description(c.oid, 'pg_constraint'))
    from changed, constraint_of join pg_constraint c on c.conname = old
    where c.conrelid = relation and obj_description(c.oid, 'pg_constraint') is not null
  loop
    execute command;
  end loop;
end $catalogs$",
            on = literal(&table),
            indexes = pairs(&self.indexes, |name| literal(&self.table.sibling(&name.text))),
            constraints = pairs(&self.constraints, |name| literal(&name.text)),
        );
        let inherit = Statement::locking(sql, self.table, Mode::AccessExclusive).of_catalogs();
        inherit.changing_settings(table).why(
            "privileges, comments, statistics targets, storage: whatever was set outside a migration too",
        )
    }
}

/// Rows of two names; without any, one that nothing is called.
fn pairs(names: &[(Name, Name)], text: impl Fn(&Name) -> String) -> String {
    if names.is_empty() {
        return "(null, null)".into();
    }
    let rows = names.iter().map(|(old, new)| format!("({}, {})", text(old), text(new)));
    rows.collect::<Vec<_>>().join(", ")
}
