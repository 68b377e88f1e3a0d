//! Defaults: a literal where that makes the very same one, else in SQL.

use super::types::{Family, Type};
use crate::catalog::said;

/// A default as it is written in a macro.
pub(super) fn said(expression: &str, ty: &Type) -> String {
    literal(expression, ty).unwrap_or_else(|| format!("sql({})", said::text(expression.trim())))
}

fn literal(expression: &str, ty: &Type) -> Option<String> {
    match ty.family {
        Family::Boolean if matches!(expression, "true" | "false") => Some(expression.to_owned()),
        Family::Integer | Family::Decimal => number(expression, ty.family),
        Family::Boolean => None,
        Family::Text(limit) => {
            let text = string(expression, &ty.label)?;
            let fits = limit.is_none_or(|limit| text.chars().count() <= limit);
            fits.then(|| said::text(&text))
        }
        Family::Named | Family::Quoted => {
            let text = string(expression, &ty.label)?;
            is_plain(&text, &ty.said).then(|| said::text(&text))
        }
    }
}

/// The text of `'…'::type`, where the type is the one that a bare string would get.
fn string(expression: &str, label: &str) -> Option<String> {
    let quoted = expression.strip_suffix(label)?.strip_suffix("::")?;
    let inside = quoted.strip_prefix('\'')?.strip_suffix('\'')?;
    let is_one = !inside.replace("''", "").contains('\'');
    is_one.then(|| inside.replace("''", "'"))
}

/// A number as a bare literal. The server says one with a sign, and one that is larger than an
/// `integer`, as a string of the type that the bare one has.
fn number(expression: &str, family: Family) -> Option<String> {
    let is_number = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let all = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
        all(whole) && all(part) && (!whole.starts_with('0') || whole == "0")
    };
    let is_whole = |text: &str| !text.contains('.');
    let bare = !expression.starts_with('\'');
    let (text, label) = if bare {
        (expression, if is_whole(expression) { "integer" } else { "numeric" })
    } else {
        let (text, label) = expression.strip_prefix('\'')?.split_once("'::")?;
        (text, label)
    };
    let expected = match text.parse::<i64>() {
        Ok(value) if i32::try_from(value).is_ok() => "integer",
        Ok(_) => "bigint",
        Err(_) => "numeric",
    };
    let fits = is_number(text) && label == expected;
    (fits && (family == Family::Decimal || is_whole(text))).then(|| text.to_owned())
}

/// Tells whether the compiler takes a string for a value of this type; what it would not is said in
/// SQL, which it leaves to the server.
fn is_plain(text: &str, ty: &str) -> bool {
    if ty.ends_with("[]") {
        return text.starts_with('{') && text.ends_with('}');
    }
    let is_time = ["date", "time", "interval"].iter().any(|word| ty.starts_with(word));
    match ty {
        "uuid" => text.chars().filter(char::is_ascii_hexdigit).count() == 32,
        "json" | "jsonb" => !text.starts_with(char::is_whitespace),
        "inet" | "cidr" => text.contains(['.', ':']),
        _ if is_time => text.contains(|c: char| c.is_ascii_digit()),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_one_only_where_it_makes_the_same_default() {
        let ty = |label: &str, family| Type {
            said: label.to_owned(),
            label: label.to_owned(),
            family,
            is_long: false,
        };
        let text = ty("text", Family::Text(None));
        let (number, decimal) = (ty("bigint", Family::Integer), ty("numeric", Family::Decimal));
        for (given, ty, expected) in [
            ("'it''s'::text", &text, "\"it's\""),
            ("'a'::text || 'b'::text", &text, "sql(\"'a'::text || 'b'::text\")"),
            ("('a'::text || 'b'::text)", &text, "sql(\"('a'::text || 'b'::text)\")"),
            ("'a'::character varying", &text, "sql(\"'a'::character varying\")"),
            ("0", &number, "0"),
            ("'-1'::integer", &number, "-1"),
            ("'-1'::bigint", &number, "sql(\"'-1'::bigint\")"),
            ("'5000000000'::bigint", &number, "5000000000"),
            ("1.50", &decimal, "1.50"),
            ("'-1.5'::numeric", &decimal, "-1.5"),
            ("'1'::numeric", &decimal, "sql(\"'1'::numeric\")"),
            ("'NaN'::numeric", &decimal, "sql(\"'NaN'::numeric\")"),
        ] {
            assert_eq!(said(given, ty), expected);
        }
    }
}
