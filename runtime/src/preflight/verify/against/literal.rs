//! Keys as texts, and as literals again.

use super::table::{Column, Pair};
use crate::session::sql::{quote_identifier, quote_literal};

/// The values of a key, as their types write them.
pub(super) type Key = Vec<String>;

/// Expressions over the key whose order is the same on both servers.
pub(super) fn ordered(pair: &Pair) -> Vec<String> {
    pair.key().map(|column| order(pair, column)).collect()
}

fn order(pair: &Pair, column: &Column) -> String {
    let name = quote_identifier(&column.name);
    if column.is_enum {
        return format!("{name}::text collate \"C\"");
    }
    if pair.needs_collation(column) { format!("{name} collate \"C\"") } else { name }
}

/// The condition of the rows behind one key, up to another.
pub(super) fn between(pair: &Pair, from: Option<&Key>, to: Option<&Key>) -> String {
    let keys = ordered(pair).join(", ");
    let from = from.map(|key| format!("({keys}) > ({})", literals(pair, key)));
    let to = to.map(|key| format!("({keys}) <= ({})", literals(pair, key)));
    let both: Vec<String> = from.into_iter().chain(to).collect();
    if both.is_empty() { "true".to_owned() } else { both.join(" and ") }
}

/// The condition of the rows with these keys.
pub(super) fn among<'a>(pair: &Pair, keys: impl Iterator<Item = &'a Key>) -> String {
    let names: Vec<String> = pair.key().map(|column| quote_identifier(&column.name)).collect();
    let names = names.join(", ");
    let values = keys.map(|key| {
        let values = pair.key().zip(key).map(|(column, value)| typed(column, value));
        format!("({})", values.collect::<Vec<_>>().join(", "))
    });
    format!("({names}) in ({})", values.collect::<Vec<_>>().join(", "))
}

fn literals(pair: &Pair, key: &Key) -> String {
    let literal = |(column, value): (&Column, &String)| {
        if column.is_enum { quote_literal(value) + "::text" } else { typed(column, value) }
    };
    pair.key().zip(key).map(literal).collect::<Vec<_>>().join(", ")
}

fn typed(column: &Column, value: &str) -> String {
    format!("cast({} as {})", quote_literal(value), column.ty)
}

/// As a line that can be kept, whatever is in the values.
pub(super) fn encode(key: &Key) -> String {
    let hex = |value: &String| {
        let bytes = value.bytes().map(|byte| format!("{byte:02x}"));
        format!("x{}", bytes.collect::<String>())
    };
    key.iter().map(hex).collect::<Vec<_>>().join(",")
}

pub(super) fn decode(text: &str) -> Option<Key> {
    let value = |part: &str| {
        let hex = part.strip_prefix('x')?;
        let pairs = (0..hex.len()).step_by(2).map(|at| hex.get(at..at + 2));
        let bytes: Option<Vec<u8>> = pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect();
        String::from_utf8(bytes?).ok()
    };
    text.split(',').map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_line() {
        let key = vec!["it's\n\t\u{e9}".to_owned(), String::new(), "7".to_owned()];
        assert_eq!(decode(&encode(&key)), Some(key));
        assert_eq!(decode("xzz"), None);
        assert_eq!(decode("x\u{e9}"), None);
    }
}
