//! How a column is sampled, stored and compressed: `statistics(500)`, `storage(external)`,
//! `compression(lz4)`.

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitInt};

use crate::diag::nearest;
use crate::syntax::values::types::{Family, Type};

/// A setting of a column (manual, ALTER TABLE).
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) kind: Kind,
    value: String,
    pub(crate) span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Statistics,
    Storage,
    Compression,
}

/// PostgreSQL keeps no larger sample (manual, ALTER TABLE, SET STATISTICS).
const MOST_STATISTICS: u32 = 10_000;
const STORAGES: [&str; 4] = ["plain", "external", "extended", "main"];
const COMPRESSIONS: [&str; 2] = ["pglz", "lz4"];

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Statistics => "statistics",
            Kind::Storage => "storage",
            Kind::Compression => "compression",
        }
    }

    /// Reads the value.
    pub(crate) fn parse(self, input: ParseStream) -> syn::Result<Setting> {
        if self == Kind::Statistics {
            let literal: LitInt = input.parse()?;
            let value: u32 = literal.base10_parse()?;
            if value > MOST_STATISTICS {
                let message = format!("statistics go from 0 to {MOST_STATISTICS}");
                return Err(syn::Error::new(literal.span(), message));
            }
            return Ok(Setting { kind: self, value: value.to_string(), span: literal.span() });
        }
        let known: &[&str] = if self == Kind::Storage { &STORAGES } else { &COMPRESSIONS };
        let word = input.call(Ident::parse_any)?;
        let value = word.to_string();
        if known.contains(&value.as_str()) {
            return Ok(Setting { kind: self, value, span: word.span() });
        }
        let help = match nearest(&value, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of `{}`", known.join("`, `")),
        };
        let message = format!("unknown {} `{word}`\nhelp: {help}", self.word());
        Err(syn::Error::new(word.span(), message))
    }

    /// Tells whether columns of this type have such a setting.
    pub(crate) fn fits(self, ty: &Type) -> bool {
        self == Kind::Statistics || usual_storage(ty).is_some()
    }

    /// Returns what takes a setting back to PostgreSQL's own. `set storage default` is there from
    /// version 16 on alone.
    pub(crate) fn usual(self, ty: &Type) -> String {
        let value = match self {
            Kind::Statistics => "-1",
            Kind::Storage => usual_storage(ty).unwrap_or("plain"),
            Kind::Compression => "default",
        };
        format!("set {} {value}", self.word())
    }
}

impl Setting {
    /// As `alter column` takes it.
    pub(crate) fn clause(&self) -> String {
        format!("set {} {}", self.kind.word(), self.value)
    }
}

/// Returns how PostgreSQL stores the values of a type if nothing is said; none where they have one
/// length, and where that is not known.
fn usual_storage(ty: &Type) -> Option<&'static str> {
    if ty.is_array() {
        return Some("extended");
    }
    let name = ty.sql.split('(').next().unwrap_or(&ty.sql);
    let is_long = matches!(ty.family, Family::Text { .. })
        || matches!(name, "json" | "jsonb" | "bytea" | "bit" | "varbit" | "tsvector")
        || name.ends_with("range");
    match name {
        "numeric" | "inet" | "cidr" => Some("main"),
        _ => is_long.then_some("extended"),
    }
}

impl fmt::Display for Setting {
    /// As it is written with a column.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.kind.word(), self.value)
    }
}
