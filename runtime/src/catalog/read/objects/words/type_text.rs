//! Types, as the macros name them.

use crate::catalog::declaration::QualifiedName;
use crate::catalog::said;

/// The names that the server gives its own types, and the shorter ones that we write.
const SHORT: &[(&str, &str)] = &[
    ("character varying", "varchar"),
    ("bit varying", "varbit"),
    ("character", "char"),
    ("double precision", "double_precision"),
];

/// Words that stand for types of PostgreSQL's own in a macro, and that no type in the catalogs has
/// for its name.
const WORDS: &[&str] = &[
    "bigint",
    "boolean",
    "char",
    "character",
    "dec",
    "decimal",
    "double",
    "double_precision",
    "float",
    "int",
    "integer",
    "national",
    "nchar",
    "real",
    "smallint",
    "sql",
];

/// A type as the server formats it with nothing but `pg_catalog` on the path. `mark` is `own` for one
/// of PostgreSQL's own, `named` for one that a macro makes, `hidden` for such a one whose name is also
/// one of PostgreSQL's own.
pub(in crate::catalog::read::objects) fn said(formatted: &str, mark: &str) -> String {
    match mark {
        "own" => own(formatted).unwrap_or_else(|| in_sql(formatted)),
        "named" | "hidden" => named(formatted, mark).unwrap_or_else(|| in_sql(formatted)),
        _ => in_sql(formatted),
    }
}

fn in_sql(formatted: &str) -> String {
    format!("sql({})", said::text(formatted))
}

fn own(formatted: &str) -> Option<String> {
    let (element, array) = element(formatted);
    let (name, behind) = match element.split_once('(') {
        Some((name, behind)) => (name, format!("({}", behind.replace(',', ", "))),
        None => (element, String::new()),
    };
    // A scale below zero is one that the macros do not take.
    if behind.contains('-') {
        return None;
    }
    for (start, short) in [("timestamp", "timestamp"), ("time", "time")] {
        let Some(rest) = element.strip_prefix(start).filter(|rest| !rest.starts_with('s')) else {
            continue;
        };
        let numbers = rest.split_once(')').map_or("", |(numbers, _)| numbers.trim());
        let numbers = if numbers.is_empty() { String::new() } else { format!("{numbers})") };
        let zone = if rest.ends_with("with time zone") { "tz" } else { "" };
        return Some(format!("{short}{zone}{numbers}{array}"));
    }
    let short = SHORT.iter().find(|(long, _)| *long == name).map_or(name, |(_, short)| *short);
    // `"char"` is written with its quotes; `interval day to second` has several words.
    let is_plain = short.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ' ');
    let is_known = !short.contains(' ') || short.starts_with("interval ");
    match short {
        "\"char\"" => Some(format!("{short}{array}")),
        // Without a length it is not `char`, which has one of 1.
        "char" if behind.is_empty() => Some(format!("char{array}")),
        _ if is_plain && is_known => Some(format!("{short}{behind}{array}")),
        _ => None,
    }
}

fn named(formatted: &str, mark: &str) -> Option<String> {
    let (element, array) = element(formatted);
    let name = qualified(element)?;
    if !said::fits(&name.schema) || !said::fits(&name.name) {
        return None;
    }
    let is_hidden = mark == "hidden" || WORDS.contains(&name.name.as_str());
    let text = if name.schema == "public" && is_hidden {
        format!("public.{}", said::name(&name.name))
    } else {
        said::qualified(&name)
    };
    Some(text + array)
}

fn element(formatted: &str) -> (&str, &str) {
    formatted.strip_suffix("[]").map_or((formatted, ""), |element| (element, "[]"))
}

/// `schema.name`, each quoted where it has to be.
fn qualified(text: &str) -> Option<QualifiedName> {
    let (schema, rest) = identifier(text)?;
    let (name, rest) = identifier(rest.strip_prefix('.')?)?;
    rest.is_empty().then_some(QualifiedName { schema, name })
}

/// An identifier at the start of a text, and the rest.
fn identifier(text: &str) -> Option<(String, &str)> {
    let Some(inside) = text.strip_prefix('"') else {
        let end = text.find(['.', '(']).unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut found = String::new();
    let mut letters = inside.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != '"' {
            found.push(letter);
        } else if letters.next_if(|(_, next)| *next == '"').is_some() {
            found.push('"');
        } else {
            return Some((found, &inside[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn a_type_is_said_by_its_short_name() {
        for (formatted, mark, expected) in [
            ("integer", "own", "integer"),
            ("character varying(20)", "own", "varchar(20)"),
            ("character varying(20)[]", "own", "varchar(20)[]"),
            ("numeric(10,2)", "own", "numeric(10, 2)"),
            ("numeric(5,-2)", "own", "sql(\"numeric(5,-2)\")"),
            ("timestamp with time zone", "own", "timestamptz"),
            ("timestamp(3) without time zone[]", "own", "timestamp(3)[]"),
            ("time(0) with time zone", "own", "timetz(0)"),
            ("double precision", "own", "double_precision"),
            ("interval day to second(3)", "own", "interval day to second(3)"),
            ("\"char\"", "own", "\"char\""),
            ("tsvector", "own", "tsvector"),
            ("timestamp without time zone", "own", "timestamp"),
            ("public.email", "named", "email"),
            ("billing.\"Two Words\"[]", "named", "billing.\"Two Words\"[]"),
            ("public.text", "hidden", "public.text"),
            ("public.\"integer\"", "named", "public.integer"),
            ("public.\"a\"\"b\"", "named", "sql(r#\"public.\"a\"\"b\"\"#)"),
            ("public.point3d", "other", "sql(\"public.point3d\")"),
        ] {
            assert_eq!(said(formatted, mark), expected, "{formatted}");
        }
    }
}
