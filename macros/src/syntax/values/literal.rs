//! Strings in SQL.

/// A string as SQL writes it, `standard_conforming_strings` being on.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
