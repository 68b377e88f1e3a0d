//! Extensions: `create_extension!`.

use crate::catalog::declaration::{Declaration, DeclaredKind};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::objects::words::raw;
use crate::catalog::said;
use crate::session::executor::{Row, Rows};

pub(super) const KIND: Kind = Kind { sql: include_str!("extensions.sql"), say };

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    raw::wholes(DeclaredKind::Extension, rows, found, text);
}

fn text(row: &Row) -> String {
    let (schema, name, version) = (row.text(2), row.text(3), row.text(4));
    said::extension(name, schema, Some(&said::text(version)))
}
