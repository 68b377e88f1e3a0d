//! Keys of indexes, of exclusion constraints and of partitioned tables, read from how the server
//! writes them: it leaves out what goes without saying.

use super::parameters::Parameters;
use crate::catalog::read::relation::{balanced_end, bare};
use crate::catalog::said;

/// The keys inside the first parentheses of a definition, as the macros say them; none where a macro
/// cannot.
pub(in crate::catalog::read) fn said(definition: &str) -> Option<Vec<String>> {
    let (keys, _) = items(&definition[opening(definition)?..])?;
    keys.into_iter().map(|key| key_said(key.trim())).collect()
}

/// The items of the list in parentheses that a text begins with, and what stands behind it.
pub(super) fn items(text: &str) -> Option<(Vec<&str>, &str)> {
    let (list, behind) = text.split_at(balanced_end(text)?);
    Some((split(&list[1..list.len() - 1]), behind))
}

/// Returns where the first parenthesis stands that no quotes are round.
fn opening(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    text.char_indices().find_map(|(at, c)| {
        is_quoted ^= c == '"';
        (c == '(' && !is_quoted).then_some(at)
    })
}

/// The items of a list.
fn split(list: &str) -> Vec<&str> {
    let (mut items, mut rest, mut at) = (Vec::new(), list, 0);
    while let Some(c) = rest[at..].chars().next() {
        match c {
            ',' => {
                items.push(&rest[..at]);
                (rest, at) = (&rest[at + 1..], 0);
            }
            '(' | '[' => at += balanced_end(&rest[at..]).unwrap_or(1),
            '\'' | '"' => at += quoted_end(&rest[at..]),
            c => at += c.len_utf8(),
        }
    }
    items.push(rest);
    items
}

/// The length of what is quoted at the start of a text.
fn quoted_end(text: &str) -> usize {
    let quote = text.chars().next().unwrap_or_default();
    text[1..].find(quote).map_or(text.len(), |end| end + 2)
}

/// A name at the start of a text, with its dots, and what stands behind it.
fn path(text: &str) -> (Vec<String>, &str) {
    let (mut names, mut rest) = (Vec::new(), text);
    loop {
        let (name, behind) = name(rest);
        names.push(name);
        match behind.strip_prefix('.') {
            Some(next) => rest = next,
            None => return (names, behind),
        }
    }
}

fn name(text: &str) -> (String, &str) {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find(|c: char| !(c.is_alphanumeric() || "_$".contains(c)));
        let (name, behind) = text.split_at(end.unwrap_or(text.len()));
        return (name.to_owned(), behind);
    };
    let mut name = String::new();
    while let Some((before, behind)) = rest.split_once('"') {
        name += before;
        match behind.strip_prefix('"') {
            Some(next) => {
                name.push('"');
                rest = next;
            }
            None => return (name, behind),
        }
    }
    (name, "")
}

/// Words that follow a key, and what they are in a macro.
const ORDERS: [(&str, &str); 3] =
    [("DESC", " desc"), ("NULLS FIRST", " nulls_first"), ("NULLS LAST", " nulls_last")];

fn key_said(key: &str) -> Option<String> {
    let (value, behind) = value(key)?;
    let (mut words, mut rest) = (vec![value], behind.trim_start());
    while !rest.is_empty() {
        let order = ORDERS.iter().find(|(word, _)| rest.starts_with(word));
        let behind = if let Some((word, said)) = order {
            words.push((*said).to_owned());
            &rest[word.len()..]
        } else if let Some(behind) = rest.strip_prefix("COLLATE ") {
            let (names, behind) = path(behind);
            words.push(format!(" collate({})", said::text(of_path(&names)?)));
            behind
        } else if let Some(operator) = rest.strip_prefix("WITH ") {
            words.push(format!(" with {}", said::text(operator_said(operator)?)));
            ""
        } else {
            let (class, behind) = opclass(rest)?;
            words.push(format!(" {class}"));
            behind
        };
        rest = behind.trim_start();
    }
    Some(words.concat())
}

/// `=`, or `OPERATOR(public.=)`.
fn operator_said(text: &str) -> Option<&str> {
    let of_public = text.strip_prefix("OPERATOR(public.").and_then(|rest| rest.strip_suffix(')'));
    let operator = of_public.unwrap_or(text);
    operator.chars().all(|c| "+-*/<>=~!@#%^&|`?".contains(c)).then_some(operator)
}

/// A collation that a name alone finds.
fn of_path(names: &[String]) -> Option<&str> {
    match names {
        [name] => Some(name),
        [schema, name] if schema == "public" => Some(name),
        _ => None,
    }
}

/// A column or an expression, and what stands behind it.
fn value(key: &str) -> Option<(String, &str)> {
    let end = if key.starts_with('(') {
        balanced_end(key)?
    } else {
        let (names, behind) = path(key);
        if !behind.starts_with('(') {
            let [column] = names.as_slice() else { return None };
            return is_name(column).then(|| (said::name(column), behind));
        }
        key.len() - behind.len() + balanced_end(behind)?
    };
    let (expression, behind) = key.split_at(end);
    Some((format!("sql({})", said::text(bare(expression))), behind))
}

/// `text_pattern_ops`, `public.gist_trgm_ops(siglen = 32)`.
fn opclass(text: &str) -> Option<(String, &str)> {
    let (names, behind) = path(text);
    let class = names.last()?;
    if !(class.ends_with("_ops") || class.contains("_ops_")) || names.len() > 2 {
        return None;
    }
    let names: Vec<String> = names.iter().map(|name| said::name(name)).collect();
    let behind = behind.trim_start();
    if !behind.starts_with('(') {
        return Some((names.join("."), behind));
    }
    let (inside, behind) = behind.split_at(balanced_end(behind)?);
    let lines = split(&inside[1..inside.len() - 1]).join("\n").replace('\'', "");
    let lines: Vec<&str> = lines.lines().map(str::trim).collect();
    let parameters = Parameters::of(&lines.join("\n"), "").said();
    Some((format!("{}({parameters})", names.join(".")), behind))
}

/// Tells whether the macros take it for a name.
pub(in crate::catalog::read) fn is_name(name: &str) -> bool {
    !name.contains(|c: char| c == '"' || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_the_server_writes_them() {
        for (given, expected) in [
            ("RANGE (at)", vec!["at"]),
            (
                r#"CREATE INDEX "a (" ON public.t USING btree (status, created_at DESC NULLS LAST)"#,
                vec!["status", "created_at desc nulls_last"],
            ),
            (
                r#"X (lower("Two Words") COLLATE "C" text_pattern_ops, ((a || ','::text)))"#,
                vec![
                    r##"sql(r#"lower("Two Words")"#) collate("C") text_pattern_ops"##,
                    r#"sql("a || ','::text")"#,
                ],
            ),
            (
                "X (name public.gist_trgm_ops (siglen='32'))",
                vec!["name public.gist_trgm_ops(siglen = 32)"],
            ),
            (
                "EXCLUDE USING gist (room WITH =, during WITH &&) WHERE ((a > 0))",
                vec!["room with \"=\"", "during with \"&&\""],
            ),
        ] {
            assert_eq!(said(given), Some(expected.iter().map(|it| (*it).to_owned()).collect()));
        }
        assert_eq!(said("X (a COLLATE elsewhere.c)"), None);
        assert_eq!(said("X (a elsewhere.strange)"), None);
    }
}
