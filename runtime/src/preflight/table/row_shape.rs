//! What fails when a column comes: code that counts on the columns that a table has, or the server, which has
//! no room for it.
//!
//! Sessions that have planned such a body go on; each new one fails.

use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};
use crate::session::sql::tree;
use crate::work::touched::{Touched, array};

pub(in crate::preflight) const FAILING: Look = Look {
    check: Check::RowShape,
    severity: |_| Severity::Fatal,
    sql: failing,
    effect: "each new session fails in it once the column is there",
    help: "let it name the columns; `.preflight(Check::RowShape, Severity::Warn)` goes on all the \
           same",
};

pub(in crate::preflight) const TOUCHING: Look = Look {
    check: Check::RowType,
    severity: |_| Severity::Warn,
    sql: touching,
    effect: "a row of the table has one more column there",
    help: "look whether it names the columns that it means",
};

pub(in crate::preflight) const FULL: Look = Look {
    check: Check::ColumnCount,
    severity: |_| Severity::Fatal,
    sql: full,
    effect: "the server refuses the column (54011) when the phase is half done",
    help: "columns that were dropped count until the rows are in a new table: make one with \
           `create table … (like …)` and copy them",
};

/// `insert into … select old.*`, `values (new.*)`, `select ($1).*` in `execute`: as many values as
/// the table has columns. `to_jsonb(old.*)` is one value, and a comparison none.
const WHOLE_ROW: &str = "insert\\s+into[^;]*(values\\s*\\(|select|distinct|all|,)\\s*\\(?\\s*\
    (old|new|\\$[0-9]+)\\s*\\)?\\s*\\.\\s*\\*";

/// The tables that get a column, and their row types.
fn tables(touched: &Touched) -> Option<String> {
    let names = array(touched.adds.iter().map(|one| one.table));
    let defaults = touched.adds.iter().map(|one| one.has_default.to_string());
    let defaults: Vec<String> = defaults.collect();
    (!touched.adds.is_empty()).then(|| {
        format!(
            "select c.oid, c.reltype, y.typarray, c.relname, n.has_default \
             from unnest({names}, array[{}]) as n (name, has_default) \
             join pg_catalog.pg_class c on c.oid = pg_catalog.to_regclass(n.name) \
             join pg_catalog.pg_type y on y.oid = c.reltype",
            defaults.join(", ")
        )
    })
}

fn failing(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    let tables = tables(touched)?;
    Some(format!(
        "with t as ({tables}) \
         select pg_catalog.format('function %s, which trigger %I on %s calls, writes all columns \
         of the row to another table', p.oid::regprocedure, g.tgname, t.oid::regclass) \
         from t join pg_catalog.pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal \
         join pg_catalog.pg_proc p on p.oid = g.tgfoid \
         where p.prosrc ~* '{WHOLE_ROW}' or exists (\
         select from unnest(array[g.tgoldtable, g.tgnewtable]) as r (name) where p.prosrc ~* (\
         'insert\\s+into[^;]*select\\s+(\\w+\\.)?\\*[^;]*from\\s+\"?' || r.name::text || '\\M')) \
         union all \
         select pg_catalog.format('function %s returns rows of %s and names their columns', \
         p.oid::regprocedure, t.oid::regclass) \
         from t join pg_catalog.pg_proc p on p.prorettype = t.reltype \
         join pg_catalog.pg_language l on l.oid = p.prolang \
         where l.lanname = 'sql' and p.prosrc <> '' and p.prosrc !~ '[*]' \
         and p.prosrc !~* ('\\mselect\\s+\"?(' || t.relname || '|\\w+)\"?\\s+from') \
         or l.lanname = 'plpgsql' and p.prosrc ~* '\\mreturn\\s+query\\M' \
         and p.prosrc !~ '[*]' \
         union all \
         select pg_catalog.format('function %s makes a row of %s out of its columns', \
         p.oid::regprocedure, t.oid::regclass) \
         from t join pg_catalog.pg_proc p on p.prosrc ~* ('\\)\\s*::\\s*(\"?\\w+\"?\\.)?\"?' \
         || pg_catalog.regexp_replace(t.relname::text, '\\W', '\\\\\\&', 'g') || '\\M') \
         where p.pronamespace <> 'pg_catalog'::regnamespace and not exists (\
         select from pg_catalog.pg_type b where b.typname = t.relname \
         and b.typnamespace = 'pg_catalog'::regnamespace) \
         union all \
         select pg_catalog.format('column %s.%I has the row type of %s, to which the server adds \
         no column with a default', a.attrelid::regclass, a.attname, t.oid::regclass) \
         from t join pg_catalog.pg_attribute a on a.atttypid in (t.reltype, t.typarray) \
         and not a.attisdropped \
         join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'm') \
         where t.has_default"
    ))
}

/// What is found above is found here as well, as what it is.
fn touching(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    let tables = tables(touched)?;
    Some(format!(
        "with t as ({tables}) \
         select pg_catalog.format('function %s takes or gives rows of %s', p.oid::regprocedure, \
         t.oid::regclass) \
         from t join pg_catalog.pg_proc p on p.prorettype in (t.reltype, t.typarray) \
         or p.proargtypes::oid[] && array[t.reltype, t.typarray] \
         union all \
         select pg_catalog.format('%s has rows of %s', v.oid::regclass, t.oid::regclass) \
         from t join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_type'::regclass \
         and d.refobjid in (t.reltype, t.typarray) \
         and d.classid = 'pg_catalog.pg_rewrite'::regclass \
         join pg_catalog.pg_rewrite w on w.oid = d.objid \
         join pg_catalog.pg_class v on v.oid = w.ev_class"
    ))
}

/// PostgreSQL manual, appendix "PostgreSQL Limits".
const LIMIT: u32 = 1600;

fn full(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    if touched.adds.is_empty() {
        return None;
    }
    let tables = array(touched.adds.iter().map(|one| one.table));
    let counts: Vec<String> = touched.adds.iter().map(|one| one.count.to_string()).collect();
    Some(format!(
        "select pg_catalog.format('%s has had %s columns, %s of them dropped, and is going to get \
         %s: a table has {LIMIT} at most', a.attrelid::regclass, max(a.attnum), \
         count(*) filter (where a.attisdropped), n.added) \
         from unnest({tables}, array[{}]) as n (name, added) \
         cross join lateral ({}) r \
         join pg_catalog.pg_attribute a on a.attrelid = r.relid and a.attnum > 0 \
         group by a.attrelid, n.added having max(a.attnum) + n.added > {LIMIT}",
        counts.join(", "),
        tree("pg_catalog.to_regclass(n.name)")
    ))
}
