//! The tables of a database, and what each file about a part of them needs: whose part a row is, and
//! how a statement is said that no macro stands for.

use crate::catalog::declaration::{Declaration, DeclaredKind, ObjectId, QualifiedName};
use crate::catalog::said;
use crate::session::executor::Row;

pub(super) const PG_CLASS: u32 = 1259;

/// A table, or a relation of another kind.
pub(super) struct Relation {
    pub(super) oid: u32,
    pub(super) name: QualifiedName,
}

impl Relation {
    /// The one that a row begins with: its number, its schema and its name.
    pub(super) fn of(row: Row<'_>) -> Relation {
        let name = QualifiedName { schema: row.text(1).into(), name: row.text(2).into() };
        Relation { oid: row.number(0).unwrap_or_default(), name }
    }

    /// As it is written in SQL.
    pub(super) fn sql(&self) -> String {
        qualified_sql(&self.name.schema, &self.name.name)
    }

    /// It as a declaration of its own.
    pub(super) fn declared(self, kind: DeclaredKind, text: String) -> Declaration {
        let id = ObjectId { catalog: PG_CLASS, oid: self.oid };
        Declaration { kind, id, name: self.name, on: None, text, unsaid: None }
    }

    /// A part of it.
    pub(super) fn part(&self, kind: DeclaredKind, name: &str, text: String) -> Declaration {
        Declaration {
            kind,
            id: ObjectId { catalog: PG_CLASS, oid: self.oid },
            name: QualifiedName { schema: self.name.schema.clone(), name: name.to_owned() },
            on: Some(self.name.clone()),
            text,
            unsaid: None,
        }
    }

    /// A statement about it, said when all else is there.
    pub(super) fn by_hand(&self, what: &str, statement: &ByHand) -> Declaration {
        self.part(DeclaredKind::Other, what, statement.said())
    }

    /// Returns what neither a macro nor `sql!` says.
    pub(super) fn unsaid(&self, what: &str, text: String, reason: &str) -> Declaration {
        let unsaid = Some(reason.to_owned());
        Declaration { unsaid, ..self.part(DeclaredKind::Other, what, text) }
    }
}

/// Statements that no macro stands for.
pub(super) struct ByHand<'a> {
    pub(super) sql: String,
    pub(super) reason: &'a str,
    /// Whether the compiler knows by their form what they lock.
    pub(super) has_known_locks: bool,
}

impl ByHand<'_> {
    pub(super) fn said(&self) -> String {
        let locks = if self.has_known_locks { "" } else { ", locks()" };
        let (up, reason) = (said::text(&self.sql), said::text(self.reason));
        format!("sql!(up = {up}, undo = none, reason = {reason}{locks});")
    }
}

/// A name as it is written in SQL, quoted whatever it is.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(super) fn qualified_sql(schema: &str, name: &str) -> String {
    format!("{}.{}", quoted(schema), quoted(name))
}

/// A string of SQL.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

const MAX_BYTES: usize = 63;

/// The name that the server derives from two others: of one that is too long it shortens the longer
/// part (`makeObjectName`).
pub(super) fn derived_name(first: &str, second: &str, label: &str) -> String {
    let (mut first, mut second) = (first, second);
    while first.len() + second.len() + label.len() + 2 > MAX_BYTES {
        let longer = if first.len() > second.len() { &mut first } else { &mut second };
        *longer = longer.char_indices().next_back().map_or("", |(at, _)| &longer[..at]);
    }
    format!("{first}_{second}_{label}")
}

/// An expression without the parentheses that the server puts round all of it.
pub(super) fn bare(expression: &str) -> &str {
    let inside = expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    match inside {
        Some(inside) if balanced_end(expression) == Some(expression.len()) => bare(inside),
        _ => expression,
    }
}

/// Returns where the parenthesis that a text begins with is closed: the place behind it.
pub(super) fn balanced_end(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            // A doubled quote ends a string and begins another.
            (Some(open), _) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + c.len_utf8());
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_loses_only_what_is_round_all_of_it() {
        for (given, expected) in [
            ("(a > 0)", "a > 0"),
            ("((a > 0))", "a > 0"),
            ("((a > 0) AND (b > 0))", "(a > 0) AND (b > 0)"),
            ("(a > 0) AND (b > 0)", "(a > 0) AND (b > 0)"),
            ("(x <> ')'::text)", "x <> ')'::text"),
            ("(x <> '(''')", "x <> '('''"),
            ("now()", "now()"),
        ] {
            assert_eq!(bare(given), expected);
        }
    }
}
