//! The sequence that a column takes its numbers from, when another column takes its place.

use proc_macro2::Span;

use crate::plan::objects::sequence;
use crate::plan::swap::column::Part;
use crate::plan::swap::column_sequence::ColumnSequence;
use crate::plan::triggers::interim_sequence::identity_sequence;
use crate::plan::{Mode, NoRows, Statement};
use crate::syntax::objects::sequence::{Sequence, Width};
use crate::syntax::tables::column::Column;
use crate::syntax::values::default::literal;
use crate::syntax::values::types::Family;
use crate::syntax::words::name::{Name, TableName};

/// Hands an identity on to another column, with the number that comes next. Its sequence cannot
/// change hands: it is made again, alike.
pub(crate) fn identity_of(part: &Part, from: &Name, to: &Name) -> Option<Statement> {
    let table = part.name();
    part.old.identity.as_ref().map(|_| identity((table, from), (table, to)))
}

/// Hands a sequence that belongs to the column on to another.
pub(crate) fn sequence_of(part: &Part, from: &Name, to: &Name) -> Option<Statement> {
    // Of a sequence that no migration made only the server knows that it is the column's.
    let retype = if part.takes_unknown_numbers() { RETYPE } else { "" };
    let has_sequence = part.takes_numbers() || !part.sequences.is_empty();
    let owned = has_sequence.then(|| owned(part.name(), from, to, retype))?;
    let names = part.sequences.iter().map(ColumnSequence::name);
    let and = |owned: Statement, name: &TableName| {
        owned.and_locks(name, Mode::ShareRowExclusive).changing_settings(name.quoted())
    };
    Some(names.fold(owned, and))
}

const RETYPE: &str = "
    execute format('alter sequence %s as %s', sequence, kind);";

/// Returns what the way back asks of the numbers that a column took: PostgreSQL takes no bounds
/// that leave a sequence's value out.
pub(crate) fn asked_before_undo(part: &Part) -> Vec<NoRows> {
    let asked = part.sequences.iter().filter_map(ColumnSequence::asked);
    asked.chain(of_catalogs(part)).collect()
}

/// An identity's sequence, or one that no migration made: the server knows which it is.
fn of_catalogs(part: &Part) -> Option<NoRows> {
    let bits = |column: &Column| match column.ty.family {
        Family::Integer { bits } => Some(bits),
        _ => None,
    };
    if part.old.identity.is_none() && !part.takes_unknown_numbers() {
        return None;
    }
    let narrow = bits(&part.old).filter(|narrow| Some(*narrow) < bits(&part.new))?;
    let ty = Some(Width { bits: narrow, span: Span::call_site() });
    let type_of_old = Sequence { ty, ..Sequence::default() };
    let column = &part.old.name;
    Some(NoRows {
        table: "\"pg_catalog\".\"pg_sequence\"".into(),
        violation: format!(
            "seqrelid = {}::regclass and pg_catalog.abs(pg_catalog.pg_sequence_last_value(seqrelid)) > {}",
            identity_sequence(part.name(), column),
            type_of_old.most()
        ),
        problem: format!("have given `{column}` a number that `{}` has no room for", part.old.ty),
        help: sequence::NO_WAY_BACK.into(),
    })
}

/// Hands an identity on, with the number that comes next: to a column of the same table or another.
pub(crate) fn identity(
    (table, from): (&TableName, &Name),
    (other, to): (&TableName, &Name),
) -> Statement {
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
  -- A client may take a number without the table.
  execute format('alter sequence %s cache %s', name, (select seqcache from pg_sequence where seqrelid = sequence));
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
        text = other.quoted().replace('\'', "''").replace('%', "%%"),
        from = from.quoted(),
        to = to.quoted().replace('\'', "''").replace('%', "%%"),
    );
    let hand_on = Statement::locking(sql, table, Mode::AccessExclusive);
    let hand_on = if table == other {
        hand_on
    } else {
        hand_on.and_locks(other, Mode::AccessExclusive).changing_settings(other.quoted())
    };
    hand_on.changing_settings(table.quoted()).of_catalogs().why("the numbers go on where they are")
}

fn owned(table: &TableName, from: &Name, to: &Name, retype: &str) -> Statement {
    let (on, from, to) = (literal(&table.quoted()), literal(&from.text), literal(&to.text));
    let sql = format!(
        "do $catalogs$
declare
  sequence regclass := pg_catalog.pg_get_serial_sequence({on}, {from});
  kind text := (select format_type(atttypid, null)
    from pg_attribute where attrelid = {on}::regclass and attname = {to});
begin
  if sequence is not null then{retype}
    execute format('alter sequence %s owned by %s.%I', sequence, {on}::regclass, {to});
  end if;
end $catalogs$"
    );
    Statement::locking(sql, table, Mode::AccessShare)
        .changing_settings(table.quoted())
        .of_catalogs()
        .why("the sequence goes with the column, and its numbers with it")
}
