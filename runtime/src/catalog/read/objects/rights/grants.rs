//! Privileges: `grant!`, and what is given or taken away in other words.

use std::collections::HashSet;

use crate::catalog::declaration::{Declaration, DeclaredKind, ObjectId, QualifiedName};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::objects::words::{array, raw, type_text};
use crate::catalog::said;
use crate::session::executor::{Row, Rows};

pub(super) const KIND: Kind = Kind { sql: include_str!("grants.sql"), say };

/// The privileges that the macro knows on each kind of object.
const KNOWN: &[(&str, &[&str])] = &[
    ("table", &["select", "insert", "update", "delete", "truncate", "references", "trigger"]),
    ("sequence", &["usage", "select", "update"]),
    ("function", &["execute"]),
    ("schema", &["usage", "create"]),
];

/// What was done to a privilege that a role has from the start, or has not.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Granted,
    /// With the right to give it to others.
    Grantable,
    Revoked,
}

/// A privilege on an object, or on a column of it.
struct Change {
    privilege: String,
    column: Option<String>,
    way: Way,
}

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    let is_by_macro = |one: &&Declaration| {
        ["create_function!", "create_sequence!"].iter().any(|word| one.text.starts_with(word))
    };
    let made: HashSet<ObjectId> = found.iter().filter(is_by_macro).map(|one| one.id).collect();
    for row in rows.iter() {
        let is_owner = row.is_true(11);
        let on = row
            .get(5)
            .map(|name| QualifiedName { schema: row.text(4).to_owned(), name: name.to_owned() });
        let QualifiedName { schema, name } = raw::name(&row);
        let role = if is_owner { "its owner" } else { row.text(9) };
        let is_made = made.contains(&raw::id(&row));
        let said = if is_owner { of_owner(&row) } else { Some(text(&row, is_made)) };
        let Some(text) = said.filter(|text| !text.is_empty()) else { continue };
        found.push(Declaration {
            kind: DeclaredKind::Grant,
            id: raw::id(&row),
            name: QualifiedName { schema, name: format!("{name} to {role}") },
            on,
            text,
            unsaid: is_owner.then(|| "whose an object is, each database says itself".to_owned()),
        });
    }
}

/// What an owner took from itself is shown, and not done.
fn of_owner(row: &Row) -> Option<String> {
    let changes = changes(row);
    let taken: Vec<String> =
        changes.iter().filter(|one| one.way == Way::Revoked).map(Change::sql).collect();
    let (word, object) = (row.text(6), row.text(7).trim_end());
    let taken = (!taken.is_empty()).then(|| taken.join(", "));
    taken.map(|taken| format!("revoke {taken} on {word} {object} from its owner"))
}

/// `is_made` tells whether it is on a function or a sequence that a macro makes.
fn text(row: &Row, is_made: bool) -> String {
    let mut changes = changes(row);
    // The macro takes the right to call such a function from everybody by itself, PostgreSQL gives it.
    let is_definer = row.is_true(19) && row.is_true(10);
    let usual = if is_made { Way::Revoked } else { Way::Granted };
    changes.retain(|one| !is_definer || one.privilege != "execute" || one.way != usual);
    let (said, by_hand): (Vec<Change>, Vec<Change>) =
        changes.into_iter().partition(|one| one.way == Way::Granted && is_known(row, one, is_made));
    let mut texts = Vec::new();
    if !said.is_empty() {
        let privileges = columns_together(&said.iter().collect::<Vec<_>>(), said::name);
        let (target, role) = (target(row), said::name(row.text(9)));
        texts.push(format!("grant!({} on {target} to {role});", privileges.join(", ")));
    }
    texts.extend(by_hand_sql(row, &by_hand));
    texts.join("\n")
}

/// Tells whether the macro grants it.
fn is_known(row: &Row, change: &Change, is_made: bool) -> bool {
    let word = row.text(6);
    let privileges = KNOWN.iter().find(|(known, _)| *known == word).map(|(_, known)| *known);
    let names = [row.text(2), row.text(9)].into_iter().chain(change.column.as_deref());
    privileges.is_some_and(|known| known.contains(&change.privilege.as_str()))
        && row.is_true(15)
        && (!["function", "sequence"].contains(&word) || is_made)
        && names.chain(row.get(5)).all(said::fits)
}

/// The object, as the macro names it.
fn target(row: &Row) -> String {
    let name = |name: &str| QualifiedName { schema: row.text(2).to_owned(), name: name.to_owned() };
    match row.text(6) {
        "schema" => format!("schema {}", said::name(row.text(8))),
        "table" => said::qualified(&name(row.text(8))),
        "function" => {
            let marks = array::texts(row.text(18));
            let types = array::texts(row.text(17)).into_iter().zip(marks);
            let types: Vec<String> = types.map(|(ty, mark)| type_text::said(&ty, &mark)).collect();
            format!("function {}({})", said::qualified(&name(row.text(16))), types.join(", "))
        }
        word => format!("{word} {}", said::qualified(&name(row.text(8)))),
    }
}

fn by_hand_sql(row: &Row, changes: &[Change]) -> Option<String> {
    let role = if row.is_true(10) { "public".to_owned() } else { quoted(row.text(9)) };
    let (word, object) = (row.text(6), row.text(7).trim_end());
    let statement = |way: Way, verb: &str, preposition: &str, end: &str| {
        let some: Vec<&Change> = changes.iter().filter(|one| one.way == way).collect();
        let privileges = columns_together(&some, quoted).join(", ");
        (!some.is_empty())
            .then(|| format!("{verb} {privileges} on {word} {object} {preposition} {role}{end}"))
    };
    let statements = [
        statement(Way::Revoked, "revoke", "from", ""),
        statement(Way::Granted, "grant", "to", ""),
        statement(Way::Grantable, "grant", "to", " with grant option"),
    ];
    let statements: Vec<String> = statements.into_iter().flatten().collect();
    let reason = if changes.iter().any(|one| one.way == Way::Revoked) {
        "what a role would have from the start"
    } else {
        "a privilege that `grant!` cannot say"
    };
    (!statements.is_empty()).then(|| raw::sql(&statements.join(";\n"), reason))
}

/// `select, update(name, note)`.
fn columns_together(changes: &[&Change], name: fn(&str) -> String) -> Vec<String> {
    let mut found: Vec<(&str, Vec<String>)> = Vec::new();
    for change in changes {
        let Some(column) = &change.column else {
            found.push((&change.privilege, Vec::new()));
            continue;
        };
        let same = |(word, columns): &&mut (&str, Vec<String>)| {
            *word == change.privilege && !columns.is_empty()
        };
        match found.iter_mut().find(same) {
            Some((_, columns)) => columns.push(name(column)),
            None => found.push((&change.privilege, vec![name(column)])),
        }
    }
    let said = |(word, columns): (&str, Vec<String>)| match columns.as_slice() {
        [] => word.to_owned(),
        columns => format!("{word}({})", columns.join(", ")),
    };
    found.into_iter().map(said).collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn changes(row: &Row) -> Vec<Change> {
    let columns = array::elements(row.text(13)).into_iter().zip(array::texts(row.text(14)));
    let changes = array::texts(row.text(12)).into_iter().zip(columns);
    let way = |word: &str| match word {
        "revoke" => Way::Revoked,
        "grantable" => Way::Grantable,
        _ => Way::Granted,
    };
    let change = |(privilege, (column, word)): (String, (Option<String>, String))| Change {
        privilege,
        column,
        way: way(&word),
    };
    changes.map(change).collect()
}

impl Change {
    fn sql(&self) -> String {
        match &self.column {
            Some(column) => format!("{}({})", self.privilege, quoted(column)),
            None => self.privilege.clone(),
        }
    }
}
