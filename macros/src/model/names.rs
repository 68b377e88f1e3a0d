//! Names that we derive: PostgreSQL's own where a user would see them, within its limit.

use crate::syntax::indexes::index::Index;
use crate::syntax::indexes::key::KeyValue;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{MAX_BYTES, Name, TableName};

/// Gives names to the constraints and indexes that have none, as PostgreSQL would.
pub(crate) fn complete(table: &mut Table) {
    for at in 0..table.constraints.len() {
        if table.constraints[at].name.is_none() {
            let name = constraint(&table.name, &table.constraints[at]);
            let taken =
                |name: &str| table.constraints.iter().any(|other| is(other.name.as_ref(), name));
            let span = table.constraints[at].span;
            let text = first_free(name, taken);
            table.constraints[at].name = Some(Name { text, span });
        }
    }
    for at in 0..table.indexes.len() {
        if table.indexes[at].name.is_none() {
            let name = index(&table.name, &table.indexes[at]);
            let taken =
                |name: &str| table.indexes.iter().any(|other| is(other.name.as_ref(), name));
            let span = table.indexes[at].span;
            let text = first_free(name, taken);
            table.indexes[at].name = Some(Name { text, span });
        }
    }
}

/// The name of a constraint that is added by itself.
pub(crate) fn complete_constraint(table: &TableName, item: &mut Constraint) -> Name {
    let derived = || Name { text: constraint(table, item), span: item.span };
    let name = item.name.clone().unwrap_or_else(derived);
    item.name = Some(name.clone());
    name
}

fn is(name: Option<&Name>, text: &str) -> bool {
    name.is_some_and(|name| name == text)
}

fn first_free(name: String, taken: impl Fn(&str) -> bool) -> String {
    if !taken(&name) {
        return name;
    }
    let mut number = 1;
    loop {
        let numbered = join(&[&name], &number.to_string());
        if !taken(&numbered) {
            return numbered;
        }
        number += 1;
    }
}

pub(crate) fn constraint(table: &TableName, constraint: &Constraint) -> String {
    let suffix = match constraint.rule {
        Rule::PrimaryKey(_) => return join(&[&table.name.text], "pkey"),
        Rule::Unique(_) => "key",
        Rule::Check(_) => "check",
        Rule::ForeignKey { .. } => "fkey",
        Rule::Exclude(_) => "excl",
    };
    let mut parts = vec![table.name.text.as_str()];
    match (&constraint.with, &constraint.rule) {
        (Some(column), _) => parts.push(&column.text),
        (None, Rule::Exclude(exclusion)) => {
            parts.extend(exclusion.elements.iter().map(|element| match &element.key.value {
                KeyValue::Column(name) => name.text.as_str(),
                KeyValue::Expression(_) => "expr",
            }));
        }
        (None, _) => parts.extend(constraint.columns().iter().map(|column| column.text.as_str())),
    }
    join(&parts, suffix)
}

/// The check that keeps a value out of a column.
pub(crate) fn without_value(table: &TableName, column: &Name, value: &Name) -> String {
    join(&[&table.name.text, &column.text, "not"], &value.text)
}

pub(crate) fn domain_check(domain: &TableName) -> String {
    join(&[&domain.name.text], "check")
}

pub(crate) fn index(table: &TableName, index: &Index) -> String {
    let mut parts = vec![table.name.text.as_str()];
    parts.extend(index.keys.iter().map(|key| match &key.value {
        KeyValue::Column(name) => name.text.as_str(),
        KeyValue::Expression(_) => "expr",
    }));
    parts.extend(index.include.iter().map(|column| column.text.as_str()));
    join(&parts, "idx")
}

/// The name that PostgreSQL gives the sequence of an identity column: of a name that is too long
/// it shortens the longer part (`makeObjectName`).
pub(crate) fn sequence(table: &TableName, column: &Name) -> TableName {
    let (mut first, mut second) = (table.name.text.as_str(), column.text.as_str());
    while first.len() + second.len() + "__seq".len() > MAX_BYTES {
        let longer = if first.len() > second.len() { &mut first } else { &mut second };
        *longer = without_last(longer);
    }
    let name = Name { text: format!("{first}_{second}_seq"), span: column.span };
    TableName { schema: table.schema.clone(), name }
}

/// The name that PostgreSQL derives from an index's for another one beside it.
pub(crate) fn with_suffix(index: &str, suffix: &str) -> String {
    let mut name = index;
    while name.len() + "_".len() + suffix.len() > MAX_BYTES {
        name = without_last(name);
    }
    format!("{name}_{suffix}")
}

fn without_last(text: &str) -> &str {
    text.char_indices().next_back().map_or("", |(at, _)| &text[..at])
}

/// The name that an index has until it takes the place of another.
pub(crate) fn replacement(table: &TableName, original: &Name) -> Name {
    let hash = hash(&format!("{}\0{}", table.quoted(), original.text));
    Name::new(join(&[&original.text], &format!("new_{hash:08x}")))
}

/// The name that PostgreSQL gives the copy of its bound which it leaves on a table that was a
/// partition, by one column or by several.
pub(crate) fn copied_bound(table: &TableName, column: Option<&Name>) -> String {
    let column = column.map(|column| column.text.as_str());
    let parts: Vec<&str> = [table.name.text.as_str()].into_iter().chain(column).collect();
    join(&parts, "check")
}

/// A name of our own, for an object that lives until a contract. The hash keeps `a_b, c` and
/// `a, b_c` apart.
pub(crate) fn internal(table: &TableName, columns: &[&str], purpose: &str) -> String {
    let mut parts = vec![table.name.text.as_str()];
    parts.extend(columns);
    let hash = hash(&format!("{}\0{}", table.schema(), parts.join("\0")));
    join(&parts, &format!("{purpose}_{hash:08x}"))
}

/// The name that a copy has while the original has its own.
pub(crate) fn copy(table: &TableName, original: &Name) -> Name {
    let hash = hash(&format!("{}\0{}", table.quoted(), original.text));
    Name::new(join(&[&original.text], &format!("copy_{hash:08x}")))
}

/// The name that an original has once its copy has its own.
pub(crate) fn retired(table: &TableName, original: &Name) -> Name {
    let hash = hash(&format!("{}\0{}", table.quoted(), original.text));
    Name::new(join(&[&original.text], &format!("old_{hash:08x}")))
}

/// Where in the history a change stands.
#[derive(Clone, Copy)]
pub(crate) struct Position {
    pub(crate) migration: usize,
    pub(crate) change: usize,
}

/// A trigger's name. Triggers fire in the order of their names (manual, "Overview of Trigger
/// Behavior"): ours after the user's, and each after those of earlier changes, which may give it
/// the values that it reads.
pub(crate) fn trigger(at: Position, function: &str, event: &str) -> String {
    join(&[&format!("zzz_{:04}_{:02}_{function}", at.migration, at.change)], event)
}

/// The name of a trigger that fires before the others of its change: `0` sorts before `_`.
pub(crate) fn first_trigger(at: Position, function: &str, event: &str) -> String {
    join(&[&format!("zzz_{:04}_{:02}0_{function}", at.migration, at.change)], event)
}

/// The name of a trigger that stays: it fires after all those that keep two shapes equal.
pub(crate) fn standing_trigger(function: &str) -> String {
    join(&["zzz_always", function], "write")
}

/// `parts_suffix`, with the middle replaced by a hash where that is too long.
fn join(parts: &[&str], suffix: &str) -> String {
    let whole = format!("{}_{suffix}", parts.join("_"));
    if whole.len() <= MAX_BYTES {
        return whole;
    }
    let tail = format!("_{:08x}_{suffix}", hash(&whole));
    let mut end = MAX_BYTES.saturating_sub(tail.len());
    while !whole.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{tail}", &whole[..end])
}

/// FNV-1a, 32 bits: names must be the same in every build, which `std`'s hasher does not promise.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> TableName {
        TableName { schema: None, name: Name::new(name) }
    }

    #[test]
    fn long_names_keep_to_the_limit_and_apart() {
        let common = "é".repeat(40);
        let one = internal(&table("t"), &[&common, "one"], "sync");
        let two = internal(&table("t"), &[&common, "two"], "sync");
        assert!(one.len() <= MAX_BYTES && two.len() <= MAX_BYTES);
        assert_ne!(one, two);
        let at = Position { migration: 1, change: 2 };
        assert!(trigger(at, &one, "insert").len() <= MAX_BYTES);
        assert_ne!(trigger(at, &one, "insert"), trigger(at, &two, "insert"));
    }

    #[test]
    fn joints_do_not_collide() {
        assert_ne!(
            internal(&table("a_b"), &["c"], "sync"),
            internal(&table("a"), &["b_c"], "sync")
        );
    }
}
