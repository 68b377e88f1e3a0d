//! Columns that are not as the history knows them.

use crate::migration::KnownColumn;
use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};
use crate::preflight::table::drift::HELP;
use crate::session::sql::quote_literal;

pub(in crate::preflight) const LOOK: Look = Look {
    check: Check::Drift,
    severity: |_| Severity::Fatal,
    sql,
    effect: "the plan is made for the column that the history knows, and would fail or do harm",
    help: HELP,
};

/// A type that only an extension knows, or that is spelled in a way of its own, is not compared.
fn sql(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    let mut rows: Vec<String> = Vec::new();
    for column in &touched.columns {
        let text = row(column);
        if !rows.contains(&text) {
            rows.push(text);
        }
    }
    if rows.is_empty() {
        return None;
    }
    let known = format!(
        "(values {}) as n (relation, name, written, base, params, not_null, defaults, generated, \
         identity, sorted_by)",
        rows.join(", ")
    );
    Some(format!(
        "select pg_catalog.format('column %s.%I does not exist', c.oid::regclass, n.name) as what \
         from {known} join pg_catalog.pg_class c on c.oid = pg_catalog.to_regclass(n.relation) \
         and c.relkind in ('r', 'p') \
         where not exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid \
         and a.attname = n.name and not a.attisdropped) \
         union all \
         select pg_catalog.format('column %s.%I is not as the history knows it', \
         a.attrelid::regclass, a.attname) || d.what from {known} \
         join pg_catalog.pg_class c on c.oid = pg_catalog.to_regclass(n.relation) \
         and c.relkind in ('r', 'p') \
         join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = n.name \
         and not a.attisdropped \
         join pg_catalog.pg_type t on t.oid = a.atttypid \
         left join pg_catalog.pg_attrdef e on e.adrelid = a.attrelid and e.adnum = a.attnum \
         left join pg_catalog.pg_collation l on l.oid = a.attcollation \
         and a.attcollation <> t.typcollation \
         cross join lateral (select pg_catalog.format_type(a.atttypid, a.atttypmod) as ty, \
         pg_catalog.pg_get_expr(e.adbin, e.adrelid) as expression) s \
         cross join lateral (values {DIFFERENCES}) as d (what) where d.what is not null"
    ))
}

/// `n` is what the history knows, `a` and what is joined to it the column. Two literals of a plain
/// type are compared as defaults; of expressions, whether there is one.
const DIFFERENCES: &str = "\
    (case when pg_catalog.to_regtype(n.base) <> a.atttypid \
    then pg_catalog.format(': it is %s, and not %s', s.ty, n.written) \
    when pg_catalog.to_regtype(n.base) is not null and pg_catalog.lower(pg_catalog.replace(\
    coalesce(pg_catalog.substring(s.ty, '[(].*[)]'), ''), ' ', '')) \
    <> case when n.params = '' and t.typname in ('bpchar', 'bit', '_bpchar', '_bit') then '(1)' \
    when t.typname in ('numeric', '_numeric') and n.params ~ '^[(][0-9]+[)]$' \
    then pg_catalog.replace(n.params, ')', ',0)') else n.params end \
    then pg_catalog.format(': it is %s, and not %s', s.ty, n.written) end), \
    (case when n.not_null and not a.attnotnull then ': it may be null' \
    when a.attnotnull and not n.not_null then ': it is not null' end), \
    (case when n.generated <> a.attgenerated::text and a.attgenerated = '' then ': it is not generated' \
    when n.generated <> a.attgenerated::text and n.generated = '' then ': it is generated' end), \
    (case when n.identity <> a.attidentity::text then case a.attidentity when '' \
    then ': it is no identity' when 'a' then ': it is an identity always' \
    else ': it is an identity by default' end end), \
    (case when a.attgenerated <> '' or n.generated <> '' then null \
    when n.defaults is null and s.expression is not null \
    then pg_catalog.format(': it has the default %s', s.expression) \
    when n.defaults is not null and s.expression is null \
    then pg_catalog.format(': it has no default, and not %s', n.defaults) \
    when t.typname in ('text', 'varchar', 'int2', 'int4', 'int8', 'bool') \
    and n.defaults ~ '^(''([^'']|'''')*''|[0-9]+|true|false)$' \
    and s.expression ~ '^(''([^'']|'''')*''(::[a-z ]+)?|[0-9]+|true|false)$' \
    and pg_catalog.regexp_replace(pg_catalog.regexp_replace(s.expression, '''::[a-z ]+$', ''''), \
    '^''([0-9]+)''$', '\\1') \
    <> pg_catalog.regexp_replace(n.defaults, '^''([0-9]+)''$', '\\1') \
    then pg_catalog.format(': its default is %s, and not %s', s.expression, n.defaults) end), \
    (case when coalesce(l.collname::text, '') <> n.sorted_by \
    and n.sorted_by is distinct from (select o.collname::text from pg_catalog.pg_collation o \
    where o.oid = t.typcollation) \
    then pg_catalog.format(': its collation is %s, and not %s', coalesce(l.collname, 'default'), \
    coalesce(nullif(n.sorted_by, ''), 'default')) end)";

fn row(column: &KnownColumn) -> String {
    let KnownColumn { table, name, ty, not_null, default, generated, identity, collate } = column;
    let (base, params) = split(ty);
    let texts = [*table, *name, *ty, &base, &params].map(quote_literal).join(", ");
    let default = default.map_or_else(|| "null".to_owned(), quote_literal);
    let rest = [*generated, *identity, *collate].map(quote_literal).join(", ");
    format!("({texts}, {not_null}, {default}::pg_catalog.text, {rest})")
}

/// A type's name, and what stands after it in parentheses.
fn split(ty: &str) -> (String, String) {
    let (Some(open), Some(close)) = (ty.find('('), ty.rfind(')')) else {
        return (ty.to_owned(), String::new());
    };
    let (Some(before), Some(inside), Some(after)) =
        (ty.get(..open), ty.get(open..=close), ty.get(close + 1..))
    else {
        return (ty.to_owned(), String::new());
    };
    (format!("{}{after}", before.trim_end()), inside.replace(' ', "").to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_type_is_told_from_its_parameters() {
        let of = |ty: &str| split(ty);
        assert_eq!(of("numeric(12, 2)"), ("numeric".into(), "(12,2)".into()));
        assert_eq!(of("varchar(20)[]"), ("varchar[]".into(), "(20)".into()));
        assert_eq!(
            of("timestamp(3) with time zone"),
            ("timestamp with time zone".into(), "(3)".into())
        );
        assert_eq!(of("text"), ("text".into(), String::new()));
    }
}
