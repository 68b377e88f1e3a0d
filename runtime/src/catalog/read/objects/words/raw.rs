//! What no macro says: the server's own statement in `sql!`, or, where even that cannot make it, the
//! reason.

use crate::catalog::declaration::{Declaration, DeclaredKind, ObjectId, QualifiedName};
use crate::catalog::said;
use crate::session::executor::{Row, Rows};

/// The longest line that is written on one line.
const WIDTH: usize = 100;

/// Says each row by its statements: the catalog, the object in it, its schema and name, the schema and
/// name of the table that it is a part of, its statements, why no macro says it, and why even `sql!`
/// cannot.
pub(in crate::catalog::read::objects) fn say(
    kind: DeclaredKind,
    rows: &Rows,
    found: &mut Vec<Declaration>,
) {
    found.extend(rows.iter().map(|row| declaration(kind, &row)));
}

/// Says what is made when all else is there.
pub(in crate::catalog::read::objects) fn others(rows: &Rows, found: &mut Vec<Declaration>) {
    say(DeclaredKind::Other, rows, found);
}

fn declaration(kind: DeclaredKind, row: &Row) -> Declaration {
    let on = row
        .get(5)
        .map(|name| QualifiedName { schema: row.text(4).to_owned(), name: name.to_owned() });
    let (statements, unsaid) = (row.text(6), row.get(8).map(str::to_owned));
    let text = match unsaid {
        Some(_) => statements.to_owned(),
        None => sql(statements, row.text(7)),
    };
    Declaration { kind, id: id(row), name: name(row), on, text, unsaid }
}

/// The place in the catalogs that stands in the first two columns.
pub(in crate::catalog::read::objects) fn id(row: &Row) -> ObjectId {
    ObjectId { catalog: row.number(0).unwrap_or_default(), oid: row.number(1).unwrap_or_default() }
}

/// Returns what stands in a schema by itself and is said by a macro of its own.
pub(in crate::catalog::read::objects) fn wholes(
    kind: DeclaredKind,
    rows: &Rows,
    found: &mut Vec<Declaration>,
    text: fn(&Row) -> String,
) {
    found.extend(rows.iter().map(|row| Declaration {
        kind,
        id: id(&row),
        name: name(&row),
        on: None,
        text: text(&row),
        unsaid: None,
    }));
}

/// The schema and the name that stand in the next two.
pub(in crate::catalog::read::objects) fn name(row: &Row) -> QualifiedName {
    QualifiedName { schema: row.text(2).to_owned(), name: row.text(3).to_owned() }
}

/// Statements as `sql!` takes them.
pub(in crate::catalog::read::objects) fn sql(statements: &str, reason: &str) -> String {
    let (up, reason) = (said::text(statements.trim()), said::text(reason));
    let line = format!("sql!(up = {up}, undo = none, reason = {reason});");
    if line.len() <= WIDTH && !line.contains('\n') {
        return line;
    }
    format!("sql!(\n    up = {up},\n    undo = none,\n    reason = {reason},\n);")
}
