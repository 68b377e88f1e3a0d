//! Types as the macros name them.

use crate::catalog::declaration::QualifiedName;
use crate::catalog::said;
use crate::session::executor::Row;

/// The type of a column.
pub(super) struct Type {
    /// As it is written in a macro.
    pub(super) said: String,
    /// As the server says it without a length: what a default is cast to.
    pub(super) label: String,
    pub(super) family: Family,
    /// Whether the macros know how values of it are stored.
    pub(super) is_long: bool,
}

/// What a literal must be to fit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Integer,
    Decimal,
    Boolean,
    /// Character strings, with their limit.
    Text(Option<usize>),
    /// Strings that the compiler knows something of: it reads what a default would be.
    Quoted,
    /// Any string.
    Named,
}

/// How the server says the types that have other names in the macros.
const SPELLINGS: &[(&str, &str, &str)] = &[
    ("character varying", "", "varchar"),
    ("character", "", "char"),
    ("bit varying", "", "varbit"),
    ("timestamp", " without time zone", "timestamp"),
    ("timestamp", " with time zone", "timestamptz"),
    ("time", " without time zone", "time"),
    ("time", " with time zone", "timetz"),
];

/// The others that the macros know; a type of PostgreSQL's that is none of these is said in SQL.
const KNOWN: &[&str] = &[
    "smallint",
    "integer",
    "bigint",
    "numeric",
    "real",
    "double precision",
    "boolean",
    "text",
    "bpchar",
    "bit",
    "date",
    "interval",
    "uuid",
    "json",
    "jsonb",
    "jsonpath",
    "bytea",
    "money",
    "name",
    "inet",
    "cidr",
    "macaddr",
    "macaddr8",
    "tsvector",
    "tsquery",
    "xml",
    "point",
    "line",
    "lseg",
    "box",
    "path",
    "polygon",
    "circle",
    "int4range",
    "int8range",
    "numrange",
    "tsrange",
    "tstzrange",
    "daterange",
    "int4multirange",
    "int8multirange",
    "nummultirange",
    "tsmultirange",
    "tstzmultirange",
    "datemultirange",
    "oid",
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "pg_lsn",
    "pg_snapshot",
    "txid_snapshot",
    "xid",
    "xid8",
    "cid",
    "tid",
    "refcursor",
    "aclitem",
    "int2vector",
    "oidvector",
];

impl Type {
    pub(super) fn of(row: Row<'_>) -> Type {
        let (full, label) = (row.text(4), row.text(5).to_owned());
        let (element, brackets) = match full.strip_suffix("[]") {
            Some(element) => (element, "[]"),
            None => (full, ""),
        };
        let is_array = !brackets.is_empty();
        if row.text(6) == "pg_catalog" {
            let own = own(element);
            let family = match &own {
                Some(own) if !is_array => family(own),
                _ => Family::Quoted,
            };
            let is_long = is_array || own.as_deref().is_some_and(is_long);
            // One of `public` has the same name.
            let is_hidden = row.text(8) == "x";
            let own = own.filter(|_| !is_hidden);
            let said = own.map_or_else(|| in_sql(full), |said| said + brackets);
            return Type { said, label, family, is_long };
        }
        let name = QualifiedName { schema: row.text(6).into(), name: row.text(7).into() };
        let is_of_history = ["e", "d"].contains(&row.text(8)) && row.get(9).is_none();
        // The compiler takes an extension's type of the extension's own name for known.
        let is_namesake =
            row.get(9) == Some(&name.name) && name.schema == "public" && !element.contains('(');
        let said = if is_of_history || is_namesake {
            format!("{}{brackets}", named(&name))
        } else {
            in_sql(full)
        };
        let family = if is_array { Family::Quoted } else { Family::Named };
        Type { said, label, family, is_long: is_array && (is_of_history || is_namesake) }
    }
}

fn in_sql(full: &str) -> String {
    format!("sql({})", said::text(full))
}

/// An enum or a domain; one of `public` that has a name of PostgreSQL's is said with its schema.
fn named(name: &QualifiedName) -> String {
    let is_hidden = name.schema == "public"
        && (KNOWN.contains(&name.name.as_str()) || SHORT.contains(&name.name.as_str()));
    if is_hidden { format!("public.{}", said::name(&name.name)) } else { said::qualified(name) }
}

/// Names of PostgreSQL's types in the macros beside the server's own.
const SHORT: &[&str] = &[
    "int2",
    "int",
    "int4",
    "int8",
    "decimal",
    "dec",
    "float4",
    "float8",
    "float",
    "bool",
    "varchar",
    "char",
    "character",
    "varbit",
    "timestamp",
    "timestamptz",
    "time",
    "timetz",
    "sql",
    "nchar",
    "national",
];

/// One of PostgreSQL's own by its short name.
fn own(full: &str) -> Option<String> {
    if full == "\"char\"" {
        return Some(full.to_owned());
    }
    for (before, behind, said) in SPELLINGS {
        let inside = full.strip_prefix(before).and_then(|rest| rest.strip_suffix(behind));
        if let Some(inside) = inside.filter(|it| it.is_empty() || is_parameters(it)) {
            return Some(format!("{said}{inside}"));
        }
    }
    let name = full.split('(').next().unwrap_or(full);
    let is_interval = full.starts_with("interval ");
    // A scale below zero is no number of the macros.
    (is_interval || (KNOWN.contains(&name) && !full.contains('-'))).then(|| full.replace(',', ", "))
}

fn is_parameters(text: &str) -> bool {
    text.starts_with('(') && text.ends_with(')')
}

fn family(said: &str) -> Family {
    let (name, inside) = said.split_once('(').unwrap_or((said, ""));
    let limit = inside.trim_end_matches(')').parse().ok();
    match name {
        "smallint" | "integer" | "bigint" => Family::Integer,
        "numeric" | "real" | "double precision" => Family::Decimal,
        "boolean" => Family::Boolean,
        "text" | "varchar" => Family::Text(limit),
        "char" => Family::Text(limit.or(Some(1))),
        _ => Family::Quoted,
    }
}

/// The types whose storage the macros set.
fn is_long(said: &str) -> bool {
    let name = said.split('(').next().unwrap_or(said);
    let others = ["json", "jsonb", "bytea", "bit", "varbit", "tsvector", "numeric", "inet", "cidr"];
    matches!(family(said), Family::Text(_)) || others.contains(&name) || name.ends_with("range")
}
