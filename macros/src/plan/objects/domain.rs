//! Domains as SQL.

use crate::model::Kind;
use crate::model::names;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::plan::Statement;
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::tables::constraint::Rule;
use crate::syntax::values::default::{Default, literal};
use crate::syntax::words::name::TableName;

/// A domain of the schema. It is kept as it is written in a macro.
pub(crate) fn entity(name: &TableName, def: &ColumnDef) -> Entity {
    let column = &def.column;
    let mut sql = vec![format!("create domain {} as {}", name.quoted(), column.ty.sql)];
    let mut written = vec![column.to_string()];
    sql.extend(column.collate.as_ref().map(|collate| format!("collate \"{}\"", collate.value())));
    sql.extend(column.default.as_ref().map(|default| format!("default {}", default.sql())));
    sql.extend(column.not_null.then(|| "not null".to_owned()));
    for inline in &def.inline {
        let Rule::Check(check) = &inline.rule else { continue };
        let given = inline.name.as_ref().map(|name| name.text.clone());
        let constraint = given.unwrap_or_else(|| names::domain_check(name));
        sql.push(format!("constraint \"{constraint}\" check ({})", check.text));
        written.push(inline.to_string());
    }
    let comment = column
        .comment
        .as_ref()
        .map(|text| format!("comment on domain {} is {}", name.quoted(), literal(&text.value())));
    let create = std::iter::once(sql.join(" ")).chain(comment).collect();
    Entity {
        kind: Kind::Domain,
        name: name.clone(),
        on: None,
        create,
        definition: Definition::Domain { written: written.join(" ") },
    }
}

/// For new rows; it locks no table.
pub(crate) fn set_default(name: &TableName, default: Option<&Default>) -> Statement {
    let clause = match default {
        Some(default) => format!("set default {}", default.sql()),
        None => "drop default".to_owned(),
    };
    let name = name.quoted();
    Statement::free(format!("alter domain {name} {clause}")).changing(name)
}
