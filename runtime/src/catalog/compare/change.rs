//! The changes that lead from one declaration of an object to another.

use super::item;
use crate::catalog::declaration::{Declaration, DeclaredKind, QualifiedName};
use crate::catalog::said;
use crate::session::sql::{quote_identifier, quote_literal};

/// The changes that make of one what the other says; none where there is no single way.
pub(super) fn between(from: Option<&Declaration>, to: Option<&Declaration>) -> Vec<String> {
    match (from, to) {
        (None, Some(to)) => make(to),
        (Some(from), None) => take(from).into_iter().collect(),
        (Some(from), Some(to)) => alter(from, to),
        (None, None) => Vec::new(),
    }
}

fn make(to: &Declaration) -> Vec<String> {
    match &to.on {
        Some(table) if to.is_item() => add_item(table, to).into_iter().collect(),
        _ if to.unsaid.is_some() => Vec::new(),
        _ => vec![to.text.clone()],
    }
}

/// An item of a table as a change of its own.
fn add_item(table: &QualifiedName, to: &Declaration) -> Option<String> {
    let table = said::qualified(table);
    if to.kind == DeclaredKind::Column {
        return Some(format!("add_column!({table}.{});", to.text));
    }
    let (word, inner) = item::call(&to.text)?;
    let (keys, options): (Vec<&str>, Vec<&str>) =
        item::list(inner).into_iter().partition(|part| is_key(part));
    let options = options.iter().fold(String::new(), |all, option| all + ", " + option);
    let keys = keys.join(", ");
    Some(match word {
        "check" => format!("add_check!({table}, {inner});"),
        "exclude" => format!("add_exclusion!({table}, {inner});"),
        "foreign_key" => {
            let (own, target) = keys.split_once("=>")?;
            format!("add_foreign_key!({table}({}) => {}{options});", own.trim(), target.trim())
        }
        "primary_key" => format!("add_primary_key!({table}({keys}){options});"),
        "unique" => format!("add_unique!({table}({keys}){options});"),
        "index" => {
            // More than one key stands in parentheses of its own.
            let keys = keys.strip_prefix('(').and_then(|keys| keys.strip_suffix(')'));
            let keys = keys.map_or_else(|| keys_of(inner), str::to_owned);
            format!("add_index!({table}({keys}){options});")
        }
        _ => return None,
    })
}

fn keys_of(inner: &str) -> String {
    let keys = item::list(inner).into_iter().filter(|part| is_key(part));
    keys.collect::<Vec<_>>().join(", ")
}

/// Tells whether a part of an item is a column or an expression, and no option.
fn is_key(part: &str) -> bool {
    const OPTIONS: &[&str] = &[
        "unique",
        "deferrable",
        "initially_deferred",
        "nulls_not_distinct",
        "not_valid",
        "no_inherit",
    ];
    const CALLS: &[&str] = &["include(", "with("];
    let is_setting = part
        .split_once(" = ")
        .is_some_and(|(word, _)| word.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    !OPTIONS.contains(&part) && !is_setting && !CALLS.iter().any(|call| part.starts_with(call))
}

fn take(from: &Declaration) -> Option<String> {
    let name = said::name(&from.name.name);
    let own = || said::qualified(&from.name);
    let on = from.on.as_ref().map(said::qualified);
    Some(match (from.kind, on) {
        (DeclaredKind::Column, Some(on)) => format!("drop_column!({on}.{name});"),
        (DeclaredKind::Constraint, Some(on)) => format!("drop_constraint!({on}.{name});"),
        (DeclaredKind::Index, _) => format!("drop_index!({});", own()),
        (DeclaredKind::Trigger, Some(on)) => format!("drop_trigger!({name} on {on});"),
        (DeclaredKind::Policy, Some(on)) => format!("drop_policy!({name} on {on});"),
        (DeclaredKind::RowSecurity, Some(on)) => format!("disable_row_level_security!({on});"),
        (DeclaredKind::Schema, None) => format!("drop_schema!({name});"),
        (DeclaredKind::Extension, None) => format!("drop_extension!({name});"),
        (DeclaredKind::Enum, None) => format!("drop_enum!({});", own()),
        (DeclaredKind::Domain, None) => format!("drop_domain!({});", own()),
        (DeclaredKind::Sequence, None) => format!("drop_sequence!({});", own()),
        (DeclaredKind::Table | DeclaredKind::Partition, _) => format!("drop_table!({});", own()),
        (DeclaredKind::View, None) => format!("drop_view!({});", own()),
        (DeclaredKind::MaterializedView, None) => format!("drop_materialized_view!({});", own()),
        _ => return None,
    })
}

fn alter(from: &Declaration, to: &Declaration) -> Vec<String> {
    match (to.kind, &to.on) {
        (DeclaredKind::Extension, _) => alter_extension(from, to),
        (DeclaredKind::Column, Some(table)) => alter_column(table, from, to),
        (DeclaredKind::Constraint | DeclaredKind::Index, Some(_)) => {
            take(from).into_iter().chain(make(to)).collect()
        }
        (
            DeclaredKind::Function
            | DeclaredKind::View
            | DeclaredKind::Trigger
            | DeclaredKind::Policy,
            _,
        ) if to.text.starts_with("create_") => vec![to.text.replacen("create_", "replace_", 1)],
        _ => Vec::new(),
    }
}

/// No macro alters an extension.
fn alter_extension(from: &Declaration, to: &Declaration) -> Vec<String> {
    let options = |one: &Declaration| {
        let (_, inner) = item::call(one.text.trim_end_matches(';')).unwrap_or_default();
        let value = |word: &str| {
            let known = |part: &&str| part.split_once(" = ").is_some_and(|(name, _)| name == word);
            let part = item::list(inner).into_iter().find(known)?;
            said::value(part.split_once(" = ")?.1)
        };
        (value("schema").unwrap_or_else(|| "public".to_owned()), value("version"))
    };
    let (was, is) = (options(from), options(to));
    let schema = (was.0 != is.0).then(|| format!("set schema {}", quote_identifier(&is.0)));
    let version = is.1.filter(|version| was.1.as_ref() != Some(version));
    let version = version.map(|version| format!("update to {}", quote_literal(&version)));
    let name = quote_identifier(&to.name.name);
    let change = |action: String| {
        let up = said::text(&format!("alter extension {name} {action}"));
        format!("sql!(up = {up}, undo = none, reason = \"no macro alters an extension\");")
    };
    schema.into_iter().chain(version).map(change).collect()
}

/// What a column may say behind its type, the change that says it, and the change that takes it back.
const PARTS: &[(&str, &str, Option<&str>)] = &[
    ("not_null", "set_not_null", Some("drop_not_null")),
    ("default", "set_default", Some("drop_default")),
    ("identity", "add_identity", Some("drop_identity")),
    ("storage", "set_storage", None),
    ("compression", "set_compression", None),
    ("statistics", "set_statistics", None),
];

fn alter_column(table: &QualifiedName, from: &Declaration, to: &Declaration) -> Vec<String> {
    let column = format!("{}.{}", said::qualified(table), said::name(&to.name.name));
    let (was, is) = (parts(&from.text), parts(&to.text));
    let mut changes = Vec::new();
    if was.first() != is.first()
        && let Some((_, ty)) = is.first()
    {
        changes.push(format!("change_type!({column}: {ty});"));
    }
    for (word, set, unset) in PARTS {
        let value = |parts: &[(String, String)]| {
            parts.iter().skip(1).find(|(known, _)| known == word).map(|(_, value)| value.clone())
        };
        match (value(&was), value(&is)) {
            (was, Some(is)) if was.as_ref() != Some(&is) => {
                let is = if is.is_empty() { is } else { format!(", {is}") };
                changes.push(format!("{set}!({column}{is});"));
            }
            (Some(_), None) => {
                changes.extend(unset.map(|unset| format!("{unset}!({column});")));
            }
            _ => {}
        }
    }
    let comment = |parts: &[(String, String)]| {
        parts.iter().find(|(word, _)| word == "comment").map(|(_, text)| text.clone())
    };
    if comment(&was) != comment(&is) {
        let text = comment(&is).unwrap_or_else(|| "none".to_owned());
        changes.push(format!("set_comment!(column {column}, {text});"));
    }
    changes
}

/// A column's type, and then each word behind it with its value.
fn parts(text: &str) -> Vec<(String, String)> {
    let mut parts: Vec<(String, String)> = vec![(String::new(), String::new())];
    for word in item::words(text) {
        let (name, value) = item::call(word).unwrap_or((word, ""));
        let is_known = PARTS.iter().any(|(known, ..)| *known == name)
            || ["generated", "collate", "comment"].contains(&name);
        match parts.last_mut() {
            // A type may be several words, and so may a default: `default - 1`.
            Some((known, ty)) if !is_known && (known.is_empty() || known == "default") => {
                let space = if ty.is_empty() { "" } else { " " };
                ty.push_str(space);
                ty.push_str(word);
            }
            _ => parts.push((name.to_owned(), value.to_owned())),
        }
    }
    parts
}
