//! Which type of Diesel stands for which of PostgreSQL.

use std::collections::BTreeMap;

use super::naming::Table;
use crate::catalog::code::names::{Taken, camel};
use crate::catalog::code::schema::DeclaredType;

/// What `diesel::sql_types` has for PostgreSQL, by the names of `pg_type`; `diesel print-schema` says the
/// same of them.
const KNOWN: &[(&str, &str)] = &[
    ("bool", "Bool"),
    ("bpchar", "Bpchar"),
    ("bytea", "Bytea"),
    ("char", "CChar"),
    ("cidr", "Cidr"),
    ("date", "Date"),
    ("datemultirange", "Datemultirange"),
    ("daterange", "Daterange"),
    ("float4", "Float4"),
    ("float8", "Float8"),
    ("inet", "Inet"),
    ("int2", "Int2"),
    ("int4", "Int4"),
    ("int4multirange", "Int4multirange"),
    ("int4range", "Int4range"),
    ("int8", "Int8"),
    ("int8multirange", "Int8multirange"),
    ("int8range", "Int8range"),
    ("interval", "Interval"),
    ("json", "Json"),
    ("jsonb", "Jsonb"),
    ("macaddr", "Macaddr"),
    ("macaddr8", "Macaddr8"),
    ("money", "Money"),
    ("numeric", "Numeric"),
    ("nummultirange", "Nummultirange"),
    ("numrange", "Numrange"),
    ("oid", "Oid"),
    ("pg_lsn", "PgLsn"),
    ("text", "Text"),
    ("time", "Time"),
    ("timestamp", "Timestamp"),
    ("timestamptz", "Timestamptz"),
    ("tsmultirange", "Tsmultirange"),
    ("tsrange", "Tsrange"),
    ("tstzmultirange", "Tstzmultirange"),
    ("tstzrange", "Tstzrange"),
    ("uuid", "Uuid"),
    ("varchar", "Varchar"),
];

/// Other names that `use diesel::sql_types::*` brings, and one of a type of ours would hide.
const OTHERS: &[&str] = &[
    "Array",
    "BigInt",
    "BigSerial",
    "Bigint",
    "Binary",
    "Citext",
    "Double",
    "Float",
    "Integer",
    "MacAddr",
    "MacAddr8",
    "Multirange",
    "Nullable",
    "Range",
    "Record",
    "Serial",
    "SingleValue",
    "SmallInt",
    "SmallSerial",
    "Smallint",
    "SqlType",
    "Tinyint",
    "Untyped",
    "VarChar",
    "Bit",
    "Blob",
    "Char",
    "Datetime",
    "Decimal",
    "Float4",
    "Longblob",
    "Longtext",
    "Mediumblob",
    "Mediumtext",
    "Tinyblob",
    "Tinytext",
    "Unsigned",
    "Varbinary",
];

/// The types that Diesel does not have, by schema and name, each with its name in `sql_types`.
pub(super) struct Types(pub(super) BTreeMap<Key, String>);

/// Whether a type is outside of `public`, its schema and its name.
type Key = (bool, String, String);

impl Types {
    /// All that the columns of tables have.
    pub(super) fn of(tables: &[Table<'_>]) -> Types {
        let columns = tables.iter().flat_map(|table| &table.of.columns);
        let mut own: BTreeMap<_, _> = columns
            .map(|column| &column.sql_type)
            .filter(|of| known(of).is_none())
            .map(|of| (key(of), String::new()))
            .collect();
        let known = KNOWN.iter().map(|(_, name)| *name);
        let mut taken = Taken::with(known.chain(OTHERS.iter().copied()));
        for ((_, schema, name), ident) in &mut own {
            let (short, long) = (camel(name), camel(schema) + &camel(name));
            *ident = taken.take(&[short, long]);
        }
        Types(own)
    }

    /// The name in `sql_types` of a type that Diesel does not have.
    pub(super) fn own(&self, of: &DeclaredType) -> Option<&str> {
        self.0.get(&key(of)).map(String::as_str)
    }

    /// The type of a column: `Nullable<Array<Nullable<Text>>>`.
    pub(super) fn text(&self, of: &DeclaredType, is_nullable: bool) -> String {
        let name = known(of).or(self.own(of)).unwrap_or_default();
        // The elements of an array may be NULL, whatever it is declared as.
        let text = if of.is_array { format!("Array<Nullable<{name}>>") } else { name.to_owned() };
        if is_nullable { format!("Nullable<{text}>") } else { text }
    }
}

fn key(of: &DeclaredType) -> Key {
    (of.schema != "public", of.schema.clone(), of.name.clone())
}

fn known(of: &DeclaredType) -> Option<&'static str> {
    // Diesel finds the extension's type by its name, wherever it is.
    if of.name == "citext" && !of.is_enum {
        return Some("Citext");
    }
    let found = KNOWN.iter().find(|(name, _)| *name == of.name);
    found.filter(|_| of.schema == "pg_catalog").map(|(_, ident)| *ident)
}
