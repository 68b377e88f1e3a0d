//! The sequence that a column takes its numbers from, when another column takes its place.

use crate::plan::{Mode, Statement};
use crate::syntax::column::Column;
use crate::syntax::default::literal;
use crate::syntax::name::{Name, TableName};

/// Hands an identity, or a sequence that belongs to the column, on to another, with the number
/// that comes next. The sequence of an identity cannot change hands: it is made again, alike.
pub(crate) fn hand_over(
    table: &TableName,
    column: &Column,
    from: &Name,
    to: &Name,
) -> Vec<Statement> {
    if column.identity.is_some() {
        return vec![identity(table, from, to)];
    }
    let takes_numbers =
        column.default.as_ref().is_some_and(|default| default.sql().contains("nextval"));
    if takes_numbers { vec![owned(table, from, to)] } else { Vec::new() }
}

fn identity(table: &TableName, from: &Name, to: &Name) -> Statement {
    let (on, from_text) = (literal(&table.quoted()), literal(&from.text));
    let sql = format!(
        "do $catalogs$
declare
  sequence regclass := pg_catalog.pg_get_serial_sequence({on}, {from_text});
  name text := (select format('%I.%I', n.nspname, c.relname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = sequence);
  kind text := (select case attidentity when 'a' then 'always' else 'by default' end
    from pg_attribute where attrelid = {on}::regclass and attname = {from_text});
  options text := (select format('start %s increment %s cache %s%s%s%s', seqstart, seqincrement, seqcache,
      case when seqcycle then ' cycle' end,
      ' minvalue ' || nullif(nullif(nullif(seqmin, -32768), -2147483648), -9223372036854775808),
      ' maxvalue ' || nullif(nullif(nullif(seqmax, 32767), 2147483647), 9223372036854775807))
    from pg_sequence where seqrelid = sequence);
  grants text[] := (select array_agg(format('grant %s on sequence %s to %s', x.privilege_type, name,
      case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end))
    from pg_class c, aclexplode(c.relacl) x where c.oid = sequence);
  granted text;
  last bigint;
  called boolean;
begin
  execute format('select last_value, is_called from %s', name) into last, called;
  alter table {table} alter column {from} drop identity;
  execute format('alter table {text} alter column {to} add generated %s as identity (sequence name %s %s)',
    kind, name, options);
  perform pg_catalog.setval(name::regclass, last, called);
  foreach granted in array coalesce(grants, '{{}}') loop
    execute granted;
  end loop;
end $catalogs$",
        table = table.quoted(),
        text = table.quoted().replace('\'', "''").replace('%', "%%"),
        from = from.quoted(),
        to = to.quoted().replace('\'', "''").replace('%', "%%"),
    );
    Statement::locking(sql, table, Mode::AccessExclusive).why("the numbers go on where they are")
}

fn owned(table: &TableName, from: &Name, to: &Name) -> Statement {
    let (on, from, to) = (literal(&table.quoted()), literal(&from.text), literal(&to.text));
    let sql = format!(
        "do $catalogs$
declare
  sequence regclass := pg_catalog.pg_get_serial_sequence({on}, {from});
  kind text := (select format_type(atttypid, null)
    from pg_attribute where attrelid = {on}::regclass and attname = {to});
begin
  if sequence is not null then
    execute format('alter sequence %s as %s', sequence, kind);
    execute format('alter sequence %s owned by %s.%I', sequence, {on}::regclass, {to});
  end if;
end $catalogs$"
    );
    Statement::locking(sql, table, Mode::AccessExclusive)
        .why("the sequence goes with the column, and its numbers with it")
}
