//! Declarations held against each other: what is declared against what is there.

mod change;
mod item;

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::declaration::{Declaration, DeclaredKind, QualifiedName};
use crate::catalog::said;
use crate::outcome::comparison::{Comparison, Difference};

/// What two declarations of one object have in common.
type Key<'a> = (Option<&'a QualifiedName>, &'a QualifiedName, DeclaredKind);

/// Holds what is there against what is declared.
pub(crate) fn compare(declared: &[Declaration], found: &[Declaration]) -> Comparison {
    let (ours, theirs) = (by_key(declared), by_key(found));
    let (our_tables, their_tables) = (relations(declared), relations(found));
    let mut comparison = Comparison::default();
    for (key, one) in &ours {
        let found = theirs.get(key).copied();
        // With its table all that is in it is missing; that is said once.
        let table = one.on.as_ref().filter(|table| our_tables.contains(table));
        if found.is_none() && table.is_some_and(|table| !their_tables.contains(table)) {
            continue;
        }
        if found.is_none_or(|found| found.text != one.text) {
            let whole = found.is_none().then(|| whole(one, declared));
            comparison.differences.push(difference(whole.as_ref().or(Some(one)), found));
        }
    }
    for (key, found) in theirs.iter().filter(|(key, _)| !ours.contains_key(key)) {
        let is_of_ours = key.0.is_some_and(|table| our_tables.contains(table));
        if is_of_ours && found.kind.is_shape() && !leads_out(found, &our_tables, &their_tables) {
            comparison.differences.push(difference(None, Some(found)));
        } else if is_of_ours || key.0.is_none() {
            comparison.undeclared.push(title(found));
        }
    }
    comparison
}

fn by_key(all: &[Declaration]) -> BTreeMap<Key<'_>, &Declaration> {
    all.iter().map(|one| ((one.on.as_ref(), &one.name, one.kind), one)).collect()
}

fn relations(all: &[Declaration]) -> BTreeSet<&QualifiedName> {
    let whole = all.iter().filter(|one| one.on.is_none() && one.kind.has_parts());
    whole.map(|one| &one.name).collect()
}

/// A declaration with all that stands inside of it.
pub(crate) fn whole(one: &Declaration, all: &[Declaration]) -> Declaration {
    let is_in = |item: &&Declaration| item.is_item() && item.on.as_ref() == Some(&one.name);
    let items: Vec<&str> = all.iter().filter(is_in).map(|item| item.text.as_str()).collect();
    Declaration { text: one.with_items(&items), ..one.clone() }
}

/// Tells whether it is a foreign key to a table that nobody declared, so that none could be.
fn leads_out(
    found: &Declaration,
    ours: &BTreeSet<&QualifiedName>,
    theirs: &BTreeSet<&QualifiedName>,
) -> bool {
    found.kind == DeclaredKind::Constraint
        && theirs
            .iter()
            .filter(|table| !ours.contains(**table))
            .any(|table| found.text.contains(&format!("=> {}(", said::qualified(table))))
}

/// Returns what is to be told of an object that is declared, or there, or both.
pub(crate) fn difference(
    declared: Option<&Declaration>,
    found: Option<&Declaration>,
) -> Difference {
    let text = |one: Option<&Declaration>| one.map(|one| one.text.clone());
    Difference {
        object: declared.or(found).map(title).unwrap_or_default(),
        declared: text(declared),
        found: text(found),
        to_database: change::between(found, declared),
        to_code: change::between(declared, found),
    }
}

/// Returns what it is, and its name, as in `column users.email`.
pub(crate) fn title(one: &Declaration) -> String {
    let kind = one.kind.word();
    let name = one.name.name.as_str();
    match &one.on {
        // Their names say what they are, and functions' have types in them.
        Some(table) if one.kind == DeclaredKind::Other => {
            format!("{name} of {}", said::qualified(table))
        }
        None if one.kind == DeclaredKind::Other => name.to_owned(),
        _ if one.kind == DeclaredKind::Grant => format!("{kind} on {name}"),
        _ if one.kind == DeclaredKind::Function => match one.name.schema.as_str() {
            "public" => format!("{kind} {name}"),
            schema => format!("{kind} {}.{name}", said::name(schema)),
        },
        Some(table) => format!("{kind} {}.{}", said::qualified(table), said::name(&one.name.name)),
        None if one.kind == DeclaredKind::Schema => {
            format!("{kind} {}", said::name(&one.name.name))
        }
        None => format!("{kind} {}", said::qualified(&one.name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::declaration::ObjectId;

    fn one(kind: DeclaredKind, name: &str, on: Option<&str>, text: &str) -> Declaration {
        let of = |name: &str| QualifiedName { schema: "public".into(), name: name.into() };
        Declaration {
            kind,
            id: ObjectId { catalog: 0, oid: 0 },
            name: of(name),
            on: on.map(of),
            text: text.into(),
            unsaid: None,
        }
    }

    fn users(items: &[(DeclaredKind, &str, &str)]) -> Vec<Declaration> {
        let table = one(DeclaredKind::Table, "users", None, "create_table!(users {\n});");
        let items = items.iter().map(|(kind, name, text)| one(*kind, name, Some("users"), text));
        [table].into_iter().chain(items).collect()
    }

    #[test]
    fn what_is_the_same_gives_nothing() {
        let all = users(&[(DeclaredKind::Column, "id", "id: bigint")]);
        assert_eq!(compare(&all, &all), Comparison::default());
    }

    #[test]
    fn a_difference_has_the_changes_of_both_ways() {
        use DeclaredKind::{Column, Constraint, Index};
        for (kind, name, declared, found, to_database, to_code) in [
            (
                Column,
                "email",
                Some("email: text not_null default \"a b\""),
                Some("email: timestamp(3) with time zone comment(\"x\")"),
                vec![
                    "change_type!(users.email: text);",
                    "set_not_null!(users.email);",
                    "set_default!(users.email, \"a b\");",
                    "set_comment!(column users.email, none);",
                ],
                vec![
                    "change_type!(users.email: timestamp(3) with time zone);",
                    "drop_not_null!(users.email);",
                    "drop_default!(users.email);",
                    "set_comment!(column users.email, \"x\");",
                ],
            ),
            (
                Column,
                "age",
                Some("age: integer default -1"),
                None,
                vec!["add_column!(users.age: integer default -1);"],
                vec!["drop_column!(users.age);"],
            ),
            (
                Constraint,
                "adult",
                Some("check(\"age > 18\", name = adult)"),
                None,
                vec!["add_check!(users, \"age > 18\", name = adult);"],
                vec!["drop_constraint!(users.adult);"],
            ),
            (
                Constraint,
                "fk",
                None,
                Some("foreign_key(a, b => teams(a, b), on_delete = cascade, name = fk)"),
                vec!["drop_constraint!(users.fk);"],
                vec![
                    "add_foreign_key!(users(a, b) => teams(a, b), on_delete = cascade, name = fk);",
                ],
            ),
            (
                Index,
                "i",
                None,
                Some("index((sql(\"lower(a)\"), b desc), unique, name = i)"),
                vec!["drop_index!(i);"],
                vec!["add_index!(users(sql(\"lower(a)\"), b desc), unique, name = i);"],
            ),
        ] {
            let items = |text: Option<&'static str>| -> Vec<_> {
                text.into_iter().map(|text| (kind, name, text)).collect()
            };
            let comparison = compare(&users(&items(declared)), &users(&items(found)));
            let [difference] = comparison.differences.as_slice() else {
                panic!("{comparison:?}");
            };
            assert_eq!(difference.to_database, to_database, "{name}");
            assert_eq!(difference.to_code, to_code, "{name}");
        }
    }

    #[test]
    fn what_nobody_declared_is_listed_apart() {
        let declared = users(&[]);
        let mut found = declared.clone();
        found.push(one(DeclaredKind::Table, "logs", None, "create_table!(logs {});"));
        found.push(one(DeclaredKind::Column, "at", Some("logs"), "at: date"));
        let out = "foreign_key(log => logs(id), name = out)";
        found.push(one(DeclaredKind::Constraint, "out", Some("users"), out));
        let comparison = compare(&declared, &found);
        assert!(comparison.is_clean(), "{comparison}");
        assert_eq!(comparison.undeclared, ["table logs", "constraint users.out"]);
    }

    #[test]
    fn a_missing_table_is_one_difference() {
        let declared = users(&[(DeclaredKind::Column, "id", "id: bigint")]);
        let comparison = compare(&declared, &[]);
        let [difference] = comparison.differences.as_slice() else { panic!("{comparison}") };
        assert_eq!(difference.to_database, ["create_table!(users {\n    id: bigint,\n});"]);
    }
}
