//! Which type of Rust a column has in SeaORM, and what its attribute says of it.

use super::naming::Entities;
use crate::catalog::code::schema::{DeclaredColumn, DeclaredType};

/// The types that sqlx reads as one of Rust: their names in `pg_type`, the type, and `column_type` where
/// that of Rust does not say it.
const KNOWN: &[(&str, &str, &str)] = &[
    ("bool", "bool", ""),
    ("bytea", "Vec<u8>", "VarBinary(StringLen::None)"),
    ("date", "Date", ""),
    ("float4", "f32", "Float"),
    ("float8", "f64", "Double"),
    ("int2", "i16", ""),
    ("int4", "i32", ""),
    ("int8", "i64", ""),
    ("json", "Json", ""),
    ("jsonb", "Json", "JsonBinary"),
    ("numeric", "Decimal", ""),
    ("text", "String", "Text"),
    ("time", "Time", ""),
    ("timestamp", "DateTime", ""),
    ("timestamptz", "DateTimeWithTimeZone", ""),
    ("uuid", "Uuid", ""),
    ("bpchar", "String", ""),
    ("varchar", "String", ""),
];

/// How an entity has a column.
pub(super) struct Field {
    /// Its type in Rust.
    pub(super) rust: String,
    pub(super) column_type: Option<String>,
    /// The type that a text is cast to where it is written; it is read as text then.
    pub(super) cast: Option<String>,
}

impl Field {
    pub(super) fn of(column: &DeclaredColumn, entities: &Entities<'_>) -> Field {
        let of = &column.sql_type;
        let mut field = plain(of)
            .or_else(|| labelled(of, entities))
            .unwrap_or_else(|| as_text(of, "String".to_owned()));
        if column.is_nullable {
            field.rust = format!("Option<{}>", field.rust);
        }
        field
    }

    /// Tells whether two of it may be neither equal nor different.
    pub(super) fn is_float(&self) -> bool {
        ["f32", "f64"].iter().any(|float| self.rust.contains(float))
    }
}

fn plain(of: &DeclaredType) -> Option<Field> {
    let (name, rust, column_type) = KNOWN.iter().find(|(name, ..)| *name == of.name)?;
    if of.schema != "pg_catalog" {
        return None;
    }
    if of.is_array {
        // Neither sqlx nor SeaORM reads these.
        let is_read = !["bytea", "json", "jsonb"].contains(name);
        let rust = format!("Vec<{rust}>");
        return is_read.then_some(Field { rust, column_type: None, cast: None });
    }
    let column_type = match (*name, of.length, of.scale) {
        ("numeric", Some(digits), Some(scale)) if scale >= 0 => {
            format!("Decimal(Some(({digits}, {scale})))")
        }
        ("varchar", Some(length), _) => format!("String(StringLen::N({length}))"),
        ("bpchar", Some(length), _) => format!("Char(Some({length}))"),
        _ => (*column_type).to_owned(),
    };
    let column_type = Some(column_type).filter(|text| !text.is_empty());
    Some(Field { rust: (*rust).to_owned(), column_type, cast: None })
}

/// An enum whose labels the history declares.
fn labelled(of: &DeclaredType, entities: &Entities<'_>) -> Option<Field> {
    let ident = entities.enum_ident(of)?;
    let rust = format!("super::sea_orm_active_enums::{ident}");
    if of.schema == "public" {
        let rust = if of.is_array { format!("Vec<{rust}>") } else { rust };
        return Some(Field { rust, column_type: None, cast: None });
    }
    // SeaORM would look for the type on the session's path.
    (!of.is_array).then(|| as_text(of, rust))
}

fn as_text(of: &DeclaredType, rust: String) -> Field {
    let column_type = Some(format!("custom({:?})", of.text));
    Field { rust, column_type, cast: Some(of.text.clone()) }
}
