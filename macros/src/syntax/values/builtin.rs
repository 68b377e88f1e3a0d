//! PostgreSQL's own types, by every name that the manual has for them ("Data Types").

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitInt, LitStr, Token, parenthesized};

use crate::syntax::values::family::Family;

/// One of them, as it was read.
pub(in crate::syntax) struct Builtin {
    /// As it is written in a macro.
    pub(in crate::syntax) written: String,
    pub(in crate::syntax) sql: String,
    pub(in crate::syntax) family: Family,
    pub(in crate::syntax) span: Span,
}

/// What stands for an integer with a sequence, and the integer.
pub(in crate::syntax) const SERIALS: [(&str, &str); 6] = [
    ("serial", "integer"),
    ("serial2", "smallint"),
    ("serial4", "integer"),
    ("serial8", "bigint"),
    ("smallserial", "smallint"),
    ("bigserial", "bigint"),
];

const fn integer(bits: u32) -> Family {
    Family::Integer { bits }
}

const TEXT: Family = Family::Text { limit: None };

/// A type's name in the macros, the one that we write in SQL, and what its values are.
const TYPES: &[(&str, &str, Family)] = &[
    ("smallint", "smallint", integer(16)),
    ("int2", "smallint", integer(16)),
    ("integer", "integer", integer(32)),
    ("int", "integer", integer(32)),
    ("int4", "integer", integer(32)),
    ("bigint", "bigint", integer(64)),
    ("int8", "bigint", integer(64)),
    ("numeric", "numeric", Family::Decimal),
    ("decimal", "numeric", Family::Decimal),
    ("dec", "numeric", Family::Decimal),
    ("real", "real", Family::Decimal),
    ("float4", "real", Family::Decimal),
    ("double_precision", "double precision", Family::Decimal),
    ("float8", "double precision", Family::Decimal),
    ("float", "double precision", Family::Decimal),
    ("boolean", "boolean", Family::Boolean),
    ("bool", "boolean", Family::Boolean),
    ("text", "text", TEXT),
    ("varchar", "varchar", TEXT),
    ("char", "char", TEXT),
    ("character", "char", TEXT),
];

/// Those whose values are written as strings, each by its one name.
const QUOTED: &[&str] = &[
    "date",
    "time",
    "timetz",
    "timestamp",
    "timestamptz",
    "interval",
    "uuid",
    "json",
    "jsonb",
    "jsonpath",
    "bytea",
    "money",
    "name",
    "bpchar",
    "inet",
    "cidr",
    "macaddr",
    "macaddr8",
    "bit",
    "varbit",
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
    "regdatabase",
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

/// Names of several words and other spellings, the longer ones first, and the name that we write.
const SPELLINGS: &[(&[&str], &str)] = &[
    (&["national", "character", "varying"], "varchar"),
    (&["national", "char", "varying"], "varchar"),
    (&["national", "character"], "char"),
    (&["national", "char"], "char"),
    (&["nchar", "varying"], "varchar"),
    (&["nchar"], "char"),
    (&["double", "precision"], "double_precision"),
    (&["character", "varying"], "varchar"),
    (&["char", "varying"], "varchar"),
    (&["bit", "varying"], "varbit"),
];

/// The parts of an interval, from the longest.
const FIELDS: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];

pub(in crate::syntax) fn names<'a>() -> impl Iterator<Item = &'a str> {
    TYPES.iter().map(|(name, ..)| *name).chain(QUOTED.iter().copied())
}

pub(in crate::syntax) fn is_builtin(name: &str) -> bool {
    names().any(|known| known == name)
}

/// Returns how many numbers a type takes in parentheses, at the most, and what each may be.
fn parameters(name: &str) -> &'static [std::ops::RangeInclusive<u32>] {
    match name {
        "varchar" | "char" | "character" => &[1..=10_485_760],
        "bit" | "varbit" => &[1..=83_886_080],
        "numeric" | "decimal" | "dec" => &[1..=1000, 0..=1000],
        "float" => &[1..=53],
        "time" | "timetz" | "timestamp" | "timestamptz" | "interval" => &[0..=6],
        _ => &[],
    }
}

/// Reads one, if one stands there.
pub(in crate::syntax) fn parse(input: ParseStream) -> syn::Result<Option<Builtin>> {
    if input.peek2(Token![.]) {
        return Ok(None);
    }
    if let Ok(text) = input.fork().parse::<LitStr>() {
        return (text.value() == "char").then(|| of_one_byte(input)).transpose();
    }
    let word = input.fork().call(Ident::parse_any)?;
    let Some(mut name) = known(&word.to_string(), input)? else { return Ok(None) };
    let fields = if name == "interval" { fields(input)? } else { String::new() };
    let takes = fields.is_empty() || fields.ends_with("second");
    let has_numbers = takes && input.peek(syn::token::Paren);
    let numbers = if has_numbers { numbers(input, &word, name)? } else { Vec::new() };
    if has_zone(name, input)? {
        name = if name == "time" { "timetz" } else { "timestamptz" };
    }
    let (sql, family) = described(name, &numbers);
    let inside = match numbers.as_slice() {
        [] => String::new(),
        _ if name == "float" => String::new(),
        [one] => format!("({one})"),
        many => format!("({})", many.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")),
    };
    let written = if name == "float" { sql.replace(' ', "_") } else { name.to_owned() };
    let [written, sql] = [written.as_str(), sql].map(|name| format!("{name}{fields}{inside}"));
    Ok(Some(Builtin { written, sql, family, span: word.span() }))
}

/// `"char"`, which is not `char`.
fn of_one_byte(input: ParseStream) -> syn::Result<Builtin> {
    let word: LitStr = input.parse()?;
    let (written, sql) = ("\"char\"".to_owned(), "\"char\"".to_owned());
    Ok(Builtin { written, sql, family: Family::Quoted, span: word.span() })
}

/// Reads the name of a known type, one word or several.
fn known(word: &str, input: ParseStream) -> syn::Result<Option<&'static str>> {
    let stands = |words: &[&str]| {
        let ahead = input.fork();
        words.iter().all(|word| ahead.call(Ident::parse_any).is_ok_and(|found| found == word))
    };
    let spelling = SPELLINGS.iter().find(|(words, _)| stands(words));
    let (count, found) = match spelling {
        Some((words, name)) => (words.len(), Some(*name)),
        None => (1, names().find(|name| *name == word)),
    };
    for _ in 0..found.map_or(0, |_| count) {
        input.call(Ident::parse_any)?;
    }
    Ok(found)
}

/// Returns what a type is in SQL, and what its values are.
fn described(name: &'static str, numbers: &[u32]) -> (&'static str, Family) {
    let listed = TYPES.iter().find(|(written, ..)| *written == name);
    let (sql, family) = listed.map_or((name, Family::Quoted), |(_, sql, family)| (*sql, *family));
    let limit = numbers.first().copied();
    match (sql, family) {
        ("char", _) => (sql, Family::Text { limit: limit.or(Some(1)) }),
        (_, Family::Text { .. }) => (sql, Family::Text { limit }),
        // PostgreSQL takes the number for one of binary digits.
        ("double precision", _) if limit.is_some_and(|digits| digits < 25) => ("real", family),
        _ => (sql, family),
    }
}

/// Reads `with time zone` or `without time zone`, where it stands behind a time.
fn has_zone(name: &str, input: ParseStream) -> syn::Result<bool> {
    let ahead = input.fork().call(Ident::parse_any).ok();
    let Some(word) = ahead.filter(|word| *word == "with" || *word == "without") else {
        return Ok(false);
    };
    if !["time", "timestamp"].contains(&name) {
        return Ok(false);
    }
    input.call(Ident::parse_any)?;
    for wanted in ["time", "zone"] {
        let found = input.call(Ident::parse_any)?;
        if found != wanted {
            let message = format!("expected `{wanted}`, found `{found}`\nhelp: {word} time zone");
            return Err(syn::Error::new(found.span(), message));
        }
    }
    Ok(word == "with")
}

/// Reads ` day to second`, the parts that an interval keeps.
fn fields(input: ParseStream) -> syn::Result<String> {
    let field = |input: ParseStream| {
        let word = input.fork().call(Ident::parse_any).ok()?;
        FIELDS.iter().position(|field| word == field)
    };
    let Some(first) = field(input) else { return Ok(String::new()) };
    input.call(Ident::parse_any)?;
    if input.fork().call(Ident::parse_any).is_ok_and(|word| word == "to") {
        input.call(Ident::parse_any)?;
        let last = field(input);
        let word = input.call(Ident::parse_any)?;
        let ends = if first < 2 { first + 1..2 } else { first + 1..FIELDS.len() };
        let Some(last) = last.filter(|last| ends.contains(last)) else {
            let message = format!("no interval goes from `{}` to `{word}`", FIELDS[first]);
            return Err(syn::Error::new(word.span(), message));
        };
        return Ok(format!(" {} to {}", FIELDS[first], FIELDS[last]));
    }
    Ok(format!(" {}", FIELDS[first]))
}

fn numbers(input: ParseStream, word: &Ident, name: &str) -> syn::Result<Vec<u32>> {
    let content;
    let parens = parenthesized!(content in input);
    let allowed = parameters(name);
    let literals = content.parse_terminated(LitInt::parse, Token![,])?;
    if literals.is_empty() || literals.len() > allowed.len() {
        let message = match allowed.len() {
            0 => format!("type `{word}` takes no length"),
            1 => format!("type `{word}` takes one number"),
            _ => format!("type `{word}` takes a precision and a scale"),
        };
        return Err(syn::Error::new(parens.span.open(), message));
    }
    let mut numbers = Vec::new();
    for (literal, range) in literals.iter().zip(allowed) {
        let number = literal.base10_parse()?;
        if !range.contains(&number) {
            let (low, high) = (range.start(), range.end());
            let message = format!("`{word}` takes a number from {low} to {high} here");
            return Err(syn::Error::new(literal.span(), message));
        }
        numbers.push(number);
    }
    Ok(numbers)
}
