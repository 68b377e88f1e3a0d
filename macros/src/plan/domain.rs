//! Domains as SQL.

use crate::model::entity::{Entity, Kind};
use crate::model::names;
use crate::plan::Statement;
use crate::syntax::column::{ColumnDef, Inline};
use crate::syntax::default::{Default, literal};
use crate::syntax::name::TableName;

/// A domain of the schema. It is kept as it is written in a macro.
pub(crate) fn entity(name: &TableName, def: &ColumnDef) -> Entity {
    let column = &def.column;
    let mut sql = format!("create domain {} as {}", name.quoted(), column.ty.sql);
    if let Some(collate) = &column.collate {
        sql += &format!(" collate \"{}\"", collate.value());
    }
    if let Some(default) = &column.default {
        sql += &format!(" default {}", default.sql());
    }
    if column.not_null {
        sql += " not null";
    }
    let mut written = column.to_string();
    for inline in &def.inline {
        let Inline::Check(check) = inline else { continue };
        let constraint = names::domain_check(name);
        sql += &format!(" constraint \"{constraint}\" check ({})", check.text);
        written += &format!(" check({check})");
    }
    let comment = column
        .comment
        .as_ref()
        .map(|text| format!("comment on domain {} is {}", name.quoted(), literal(&text.value())));
    let create = std::iter::once(sql).chain(comment).collect();
    Entity { kind: Kind::Domain, name: name.clone(), on: None, create, parts: vec![written] }
}

/// For new rows; it locks no table.
pub(crate) fn set_default(name: &TableName, default: Option<&Default>) -> Statement {
    let clause = match default {
        Some(default) => format!("set default {}", default.sql()),
        None => "drop default".to_owned(),
    };
    Statement::free(format!("alter domain {} {clause}", name.quoted()))
}
