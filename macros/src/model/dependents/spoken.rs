//! Which things may need which: those whose names are spoken of. To hold each against each other would
//! be felt in a schema of hundreds.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::dependents::item::{self, Item};
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::tables::table::Table;
use crate::syntax::words::lexer::{Token, names, tokens};

/// By the places of the items, those that each may need; there may be too many, and none is missing.
pub(super) fn candidates(items: &[Item]) -> Vec<BTreeSet<usize>> {
    let mut named: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut extensions = Vec::new();
    for (at, item) in items.iter().enumerate() {
        named.entry(name(item)).or_default().push(at);
        if let Item::Table(table) = item {
            item::keys(table).for_each(|key| named.entry(key).or_default().push(at));
        }
        if matches!(item, Item::Entity(entity) if entity.kind == Kind::Extension) {
            extensions.push(at);
        }
    }
    let of = |item: &Item| {
        let words = words(item);
        let mut found: BTreeSet<usize> =
            words.iter().filter_map(|word| named.get(word.as_str())).flatten().copied().collect();
        // The types of an extension have names of their own.
        if matches!(item, Item::Table(_)) {
            found.extend(&extensions);
        }
        found
    };
    items.iter().map(of).collect()
}

fn name<'a>(item: &Item<'a>) -> &'a str {
    match item {
        Item::Table(table) | Item::Key(table, _) => &table.name.name.text,
        Item::Entity(entity) => &entity.name.name.text,
    }
}

/// Every word by which an item may name another.
fn words(item: &Item) -> BTreeSet<String> {
    match item {
        Item::Table(table) | Item::Key(table, _) => of_table(table),
        Item::Entity(entity) => of_entity(entity),
    }
}

fn of_table(table: &Table) -> BTreeSet<String> {
    let mut words: BTreeSet<String> = [table.name.schema().to_owned()].into();
    let parents = table.constraints.iter().filter_map(Constraint::parent);
    let types = table.columns.iter().filter_map(|column| column.ty.named.as_ref());
    words.extend(parents.chain(types).map(|name| name.name.text.clone()));
    for sql in table.sql() {
        words.extend(names(&sql).map(Cow::into_owned));
        for token in tokens(&sql).unwrap_or_default() {
            match token {
                Token::Word(word) => drop(words.insert(word.to_lowercase())),
                Token::Quoted(word) => drop(words.insert(word.to_owned())),
                // A sequence stands in a string.
                Token::Text(text) => {
                    let text = text.trim_matches('\'').replace("''", "'");
                    words.extend(names(&text).map(Cow::into_owned));
                }
                Token::Sign(_) => {}
            }
        }
    }
    words
}

fn of_entity(entity: &Entity) -> BTreeSet<String> {
    let said = entity.create.iter().flat_map(|sql| names(sql)).map(Cow::into_owned);
    let mut words: BTreeSet<String> = said.collect();
    let sources = entity.query().map(|query| query.sources()).unwrap_or_default();
    words.extend(sources.into_iter().map(|source| source.table.name.text));
    if let Some(on) = &entity.on {
        // A privilege is on `f(bigint)`, or on `schema billing`.
        let whole = on.name.text.as_str();
        let function = whole.split('(').next().unwrap_or_default();
        let schema = whole.strip_prefix("schema ").unwrap_or_default();
        words.extend([whole, function, schema].map(str::to_owned));
    }
    words
}
