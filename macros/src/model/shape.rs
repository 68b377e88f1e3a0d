//! The shape of a schema, in short: what two texts that make the same schema have in common, however
//! each says it.

use std::borrow::Cow;

use crate::grammar::{Kind as Form, Script};
use crate::lint;
use crate::model::chain::table_shape::hash;
use crate::model::parts::entity::Entity;
use crate::model::{Kind, Schema};

impl Schema {
    /// Stands for the kinds and names of all objects, of tables with their columns, constraints and
    /// indexes, and for the types of columns and what may be null, is generated or an identity.
    /// Expressions are left out: each text may write them in its own way.
    pub(crate) fn shape(&self) -> String {
        let mut before = self.entities.shapes(shape_lines);
        let behind = before.split_off("table ");
        let tables: Vec<Cow<str>> = self.tables.shapes().collect();
        let lines = before.iter().map(String::as_str);
        let lines = lines.chain(tables.iter().map(Cow::as_ref));
        format!("{:016x}", hash(lines.chain(behind.iter().map(String::as_str))))
    }
}

/// The lines of the shape that stand for what is no table.
pub(in crate::model) fn shape_lines(entity: &Entity) -> Vec<String> {
    let name = entity.name.quoted();
    let on = entity.on.as_ref().map(|on| format!(" on {}", on.quoted()));
    let on = on.unwrap_or_default();
    let mut lines = match entity.kind {
        Kind::Enum => vec![format!("enum {name} {:?}", entity.labels())],
        // What is raw SQL goes by the names that it makes.
        Kind::Other | Kind::Grant | Kind::ReplicaIdentity => Vec::new(),
        // No catalog has it: what makes the schema again has to say it.
        Kind::PartitionRule => vec![format!("partition rule {name} {}", entity.rule())],
        kind => vec![format!("{} {name}{on}", kind.word())],
    };
    // The function of a trigger of ours stands with it.
    if matches!(entity.kind, Kind::Trigger | Kind::Other) {
        lines.extend(entity.create.iter().flat_map(|sql| made(sql)));
    }
    lines
}

/// Returns what raw SQL makes, as the macros would have it.
fn made(sql: &str) -> Vec<String> {
    // To read what only says more of something would be felt.
    if !sql.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("create ")) {
        return Vec::new();
    }
    if ["create trigger ", "create constraint trigger "].iter().any(|it| sql.starts_with(it)) {
        return Vec::new();
    }
    let Ok(script) = Script::read(sql) else { return Vec::new() };
    let made = script.statements().filter_map(|statement| {
        let is_function = statement.kind() == Form::CREATE_FUNCTION;
        let word = if is_function { Kind::Function } else { Kind::Other };
        Some(format!("{word} {}", lint::made_in_schema(statement)?.quoted()))
    });
    made.collect()
}
