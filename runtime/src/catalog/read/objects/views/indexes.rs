//! Indexes of materialized views, which stand inside of what makes those.

use crate::catalog::declaration::{Declaration, DeclaredKind, QualifiedName};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::objects::words::{array, expression, raw};
use crate::catalog::said;
use crate::session::executor::{Row, Rows};

pub(super) const KIND: Kind = Kind { sql: include_str!("indexes.sql"), say };

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    for row in rows.iter() {
        let on = QualifiedName { schema: row.text(4).to_owned(), name: row.text(5).to_owned() };
        let is_macro = |one: &Declaration| {
            one.kind == DeclaredKind::MaterializedView
                && one.name == on
                && one.text.starts_with("create_materialized_view!")
        };
        let item = item(&row).filter(|_| found.iter().any(is_macro));
        let text = item.unwrap_or_else(|| raw::sql(row.text(16), "an index that no macro can say"));
        found.push(Declaration {
            kind: DeclaredKind::Index,
            id: raw::id(&row),
            name: raw::name(&row),
            on: Some(on),
            text,
            unsaid: None,
        });
    }
}

/// `unique(id, name = totals_key)`, or `index(day desc, where = "…", name = by_day)`.
fn item(row: &Row) -> Option<String> {
    let is_plain = row.is_true(14);
    if !is_plain || !said::fits(row.text(3)) {
        return None;
    }
    let options: Vec<String> = array::texts(row.text(11));
    let names = array::elements(row.text(15));
    let include = array::texts(row.text(12));
    let columns = names.iter().flatten().chain(&include);
    if !columns.into_iter().all(|name| said::fits(name)) {
        return None;
    }
    let name = format!("name = {}", said::name(row.text(3)));
    let (is_unique, is_sorted) = (row.is_true(6), row.text(8) == "btree");
    let is_key = names.iter().all(Option::is_some) && options.iter().all(|option| option == "0");
    let is_simple = row.get(13).is_none() && !row.is_true(7) && include.is_empty() && is_sorted;
    if is_unique && is_key && is_simple {
        let keys: Vec<String> = names.iter().flatten().map(|name| said::name(name)).collect();
        return Some(format!("unique({}, {name})", keys.join(", ")));
    }
    let values = array::texts(row.text(9));
    let keys = names.iter().zip(values).zip(options);
    let keys: Option<Vec<String>> =
        keys.map(|((name, value), option)| key(name.as_ref(), &value, &option)).collect();
    let mut words = vec![format!("({})", keys?.join(", "))];
    words.extend(is_unique.then(|| "unique".to_owned()));
    words.extend(row.is_true(7).then(|| "nulls_not_distinct".to_owned()));
    words.extend((!is_sorted).then(|| format!("using = {}", said::name(row.text(8)))));
    if !include.is_empty() {
        let names: Vec<String> = include.iter().map(|name| said::name(name)).collect();
        words.push(format!("include({})", names.join(", ")));
    }
    if let Some(predicate) = row.get(13) {
        words.push(format!("where = {}", said::text(&expression::value(predicate)?)));
    }
    words.push(name);
    Some(format!("index({})", words.join(", ")))
}

/// `day desc nulls_last`; `option` has 1 for descending and 2 for NULLs first.
fn key(name: Option<&String>, value: &str, option: &str) -> Option<String> {
    let value = match name {
        Some(name) => said::name(name),
        None => format!("sql({})", said::text(&expression::value(value)?)),
    };
    let order = match option {
        "1" => " desc nulls_last",
        "2" => " nulls_first",
        "3" => " desc",
        _ => "",
    };
    Some(value + order)
}
