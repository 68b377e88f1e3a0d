//! Enums: `create_enum!`.

use crate::catalog::declaration::{Declaration, DeclaredKind};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::objects::words::{array, raw};
use crate::catalog::said;
use crate::session::executor::{Row, Rows};

pub(super) const KIND: Kind = Kind { sql: include_str!("enums.sql"), say };

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    raw::wholes(DeclaredKind::Enum, rows, found, text);
}

fn text(row: &Row) -> String {
    let name = raw::name(row);
    let labels = array::texts(row.text(4));
    let names = labels.iter().chain([&name.schema, &name.name]);
    if labels.is_empty() || !names.into_iter().all(|name| said::fits(name)) {
        return raw::sql(row.text(5), "an enum that `create_enum!` cannot say");
    }
    let labels: Vec<String> = labels.iter().map(|label| said::name(label)).collect();
    format!("create_enum!({} {{ {} }});", said::qualified(&name), labels.join(", "))
}
