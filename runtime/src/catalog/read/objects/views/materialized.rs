//! Materialized views: `create_materialized_view!`, which fills them.

use crate::catalog::declaration::{Declaration, DeclaredKind, QualifiedName};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::objects::views::query::Query;
use crate::catalog::read::objects::words::{array, raw};

use crate::session::executor::{Row, Rows};

pub(super) const KIND: Kind = Kind { sql: include_str!("materialized.sql"), say };

const REASON: &str = "a materialized view that `create_materialized_view!` cannot say";

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    for row in rows.iter() {
        let text = text(&row).unwrap_or_else(|| raw::sql(&statement(&row), REASON));
        let whole = Declaration {
            kind: DeclaredKind::MaterializedView,
            id: raw::id(&row),
            name: raw::name(&row),
            on: None,
            text,
            unsaid: None,
        };
        found.extend(beside(&row, &whole));
        found.push(whole);
    }
}

fn text(row: &Row) -> Option<String> {
    let is_plain = row.is_true(6);
    let query = Query::of(raw::name(row), row.text(4), array::texts(row.text(5)))?;
    is_plain.then(|| format!("create_materialized_view!({});", query.said()))
}

fn statement(row: &Row) -> String {
    format!("{} as\n{}", row.text(7), row.text(4))
}

/// Returns what is said of it when it is made. Whether somebody has filled it is no part of a
/// schema.
fn beside(row: &Row, whole: &Declaration) -> Option<Declaration> {
    let QualifiedName { schema, name } = &whole.name;
    let name =
        QualifiedName { schema: schema.clone(), name: format!("columns and clustering of {name}") };
    let text = raw::sql(row.get(8)?, "how it is kept and sampled");
    let (kind, on) = (DeclaredKind::Other, Some(whole.name.clone()));
    Some(Declaration { kind, name, on, text, ..whole.clone() })
}
