//! Row-level security: `enable_row_level_security!`.

use crate::catalog::declaration::{Declaration, DeclaredKind};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::objects::words::raw;
use crate::catalog::said;
use crate::session::executor::Rows;

pub(super) const KIND: Kind = Kind { sql: include_str!("row_security.sql"), say };

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    for row in rows.iter() {
        let name = raw::name(&row);
        let fits = row.is_true(6) && said::fits(&name.schema) && said::fits(&name.name);
        let force = if row.is_true(5) { ", force" } else { "" };
        let text = if row.is_true(4) && fits {
            format!("enable_row_level_security!({}{force});", said::qualified(&name))
        } else {
            raw::sql(row.text(7), "row-level security that `enable_row_level_security!` cannot say")
        };
        found.push(Declaration {
            kind: DeclaredKind::RowSecurity,
            id: raw::id(&row),
            on: Some(name.clone()),
            name,
            text,
            unsaid: None,
        });
    }
}
