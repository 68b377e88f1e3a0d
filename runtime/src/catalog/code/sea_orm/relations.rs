//! How entities relate, as `sea-orm-cli` says it.

use super::naming::{Entities, Entity};
use crate::catalog::code::lines::Lines;
use crate::catalog::code::schema::DeclaredForeignKey;

/// A variant of `Relation`.
struct Relation<'a> {
    to: &'a Entity<'a>,
    variant: String,
    /// `belongs_to` and its foreign key, `has_many` or `has_one`.
    word: &'static str,
    key: Option<&'a DeclaredForeignKey>,
    /// Whether it is the only one between the two, so that `Related` can mean it.
    is_only: bool,
}

/// Writes the enum `Relation`, and what `Related` says of it.
pub(super) fn write(lines: &mut Lines, entity: &Entity<'_>, all: &Entities<'_>) {
    let relations = relations(entity, all);
    lines.gap().line("#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]");
    lines.block("pub enum Relation", |lines| {
        for relation in &relations {
            lines.attribute("sea_orm", &arguments(entity, relation));
            lines.line(&format!("{},", relation.variant));
        }
    });
    let through = through(entity, all);
    for relation in relations.iter().filter(|relation| relation.is_only) {
        if !through.iter().any(|(_, _, to)| to.to.module == relation.to.module) {
            related(lines, relation.to, &format!("Relation::{}.def()", relation.variant), None);
        }
    }
    for (via, from, to) in &through {
        let path = format!("super::{}::Relation", via.module);
        let way = format!("Some({path}::{}.def().rev())", from.variant);
        related(lines, to.to, &format!("{path}::{}.def()", to.variant), Some(&way));
    }
}

fn related(lines: &mut Lines, to: &Entity<'_>, def: &str, via: Option<&str>) {
    lines.gap().block(&format!("impl Related<super::{}::Entity> for Entity", to.module), |lines| {
        lines.block("fn to() -> RelationDef", |lines| {
            lines.line(def);
        });
        if let Some(via) = via {
            lines.block("fn via() -> Option<RelationDef>", |lines| {
                lines.line(via);
            });
        }
    });
}

/// The foreign keys of a table with the entities that they point at.
fn keys<'a>(
    entity: &Entity<'a>,
    all: &'a Entities<'a>,
) -> Vec<(&'a DeclaredForeignKey, &'a Entity<'a>)> {
    let keys = entity.of.foreign_keys.iter();
    let with_parent = keys.map(|key| (key, all.schema.parent(key)));
    let with_parent = with_parent.filter_map(|(key, parent)| Some((key, all.entity(parent?)?)));
    with_parent.collect()
}

fn relations<'a>(entity: &Entity<'a>, all: &'a Entities<'a>) -> Vec<Relation<'a>> {
    let mut found = forward(entity, all);
    for child in all.tables.iter().filter(|child| child.module != entity.module) {
        let mut to_us = keys(child, all);
        to_us.retain(|(_, parent)| parent.module == entity.module);
        // Of several nobody says which one is meant; and one way there is enough.
        if let [(key, _)] = to_us.as_slice()
            && !found.iter().any(|relation| relation.to.module == child.module)
        {
            let word = if child.of.is_unique(&key.columns) { "has_one" } else { "has_many" };
            let (variant, is_only) = (child.ident.clone(), true);
            found.push(Relation { to: child, variant, word, key: None, is_only });
        }
    }
    found.sort_by(|a, b| a.to.module.cmp(&b.to.module));
    found
}

/// Those of the table's own foreign keys.
fn forward<'a>(entity: &Entity<'a>, all: &'a Entities<'a>) -> Vec<Relation<'a>> {
    let keys = keys(entity, all);
    let mut found = Vec::<Relation<'a>>::new();
    for &(key, to) in &keys {
        let is_same = |module: &str| to.module == module;
        let count = keys.iter().filter(|(_, other)| is_same(&other.module)).count();
        let place = found.iter().filter(|other| is_same(&other.to.module)).count() + 1;
        let is_self = is_same(&entity.module);
        let name = if is_self { "SelfRef" } else { &to.ident };
        let variant = if count > 1 { format!("{name}{place}") } else { name.to_owned() };
        let is_only = count == 1 && !is_self;
        found.push(Relation { to, variant, word: "belongs_to", key: Some(key), is_only });
    }
    found
}

/// The tables of two foreign keys, which are their primary key, that lead from here to another: each
/// with the relation that leads here, and the one that leads on.
fn through<'a>(
    entity: &Entity<'a>,
    all: &'a Entities<'a>,
) -> Vec<(&'a Entity<'a>, Relation<'a>, Relation<'a>)> {
    let mut found = Vec::<(&Entity<'_>, Relation<'_>, Relation<'_>)>::new();
    for via in &all.tables {
        let relations = forward(via, all);
        let is_of_key = |relation: &Relation<'_>| {
            let columns = relation.key.iter().flat_map(|key| &key.columns);
            relation.is_only && columns.clone().all(|column| via.of.primary_key.contains(column))
        };
        let is_between = via.of.primary_key.len() == 2 && relations.iter().all(is_of_key);
        let Ok([a, b]) = <[Relation<'_>; 2]>::try_from(relations) else { continue };
        let is_here = |relation: &Relation<'_>| relation.to.module == entity.module;
        if is_between && is_here(&a) {
            found.push((via, a, b));
        } else if is_between && is_here(&b) {
            found.push((via, b, a));
        }
    }
    // Where two tables lead to the same one, nobody says which is meant.
    let ends: Vec<String> = found.iter().map(|(_, _, to)| to.to.module.clone()).collect();
    found.retain(|(_, _, to)| ends.iter().filter(|end| **end == to.to.module).count() == 1);
    found
}

fn arguments(entity: &Entity<'_>, relation: &Relation<'_>) -> Vec<String> {
    let is_self = relation.to.module == entity.module;
    let path = if is_self { String::new() } else { format!("super::{}::", relation.to.module) };
    let mut arguments = vec![format!("{} = \"{path}Entity\"", relation.word)];
    if let Some(key) = relation.key {
        let from = columns("", entity, &key.columns);
        let to = columns(&path, relation.to, &key.keys);
        arguments.extend([format!("from = \"{from}\""), format!("to = \"{to}\"")]);
        let actions = [("on_update", key.on_update), ("on_delete", key.on_delete)];
        let told = actions.into_iter().filter_map(|(word, does)| Some((word, action(does)?)));
        arguments.extend(told.map(|(word, action)| format!("{word} = \"{action}\"")));
    }
    arguments
}

fn columns(path: &str, entity: &Entity<'_>, names: &[String]) -> String {
    let variants = names.iter().filter_map(|name| entity.variant(name));
    let all: Vec<String> = variants.map(|variant| format!("{path}Column::{variant}")).collect();
    if all.len() == 1 { all.concat() } else { format!("({})", all.join(", ")) }
}

/// An action; none for that which there is without a word.
fn action(does: &str) -> Option<&'static str> {
    match does {
        "cascade" => Some("Cascade"),
        "restrict" => Some("Restrict"),
        "set null" => Some("SetNull"),
        "set default" => Some("SetDefault"),
        _ => None,
    }
}
