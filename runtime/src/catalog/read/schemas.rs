//! Schemas: `create_schema!`.

use crate::catalog::declaration::{Declaration, DeclaredKind, ObjectId, QualifiedName};
use crate::catalog::read::kind::Kind;
use crate::catalog::said;
use crate::session::executor::Rows;

pub(super) const KIND: Kind = Kind { sql: include_str!("schemas.sql"), say };

const PG_NAMESPACE: u32 = 2615;

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    for row in rows.iter() {
        let name = row.text(1);
        found.push(Declaration {
            kind: DeclaredKind::Schema,
            id: ObjectId { catalog: PG_NAMESPACE, oid: row.number(0).unwrap_or_default() },
            name: QualifiedName { schema: name.to_owned(), name: name.to_owned() },
            on: None,
            text: format!("create_schema!({});", said::name(name)),
            unsaid: None,
        });
    }
}
