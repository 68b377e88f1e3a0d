//! What a statement of `sql!` does to relations, as far as its text tells.

use crate::grammar::{Kind as Form, Node};
use crate::lint::{self, Takes};
use crate::plan::footprint::effect::Effect;
use crate::syntax::words::name::TableName;

/// The actions of an `alter table` that a table's children would have to follow.
const REACHING: [(Form, Form); 5] = [
    (Form::ALTER_TABLE, Form::ADD_COLUMN),
    (Form::ALTER_TABLE, Form::DROP_COLUMN),
    (Form::ALTER_COLUMN, Form::SET_TYPE),
    (Form::ALTER_COLUMN, Form::SET_NOT_NULL),
    (Form::ALTER_COLUMN, Form::DROP_NOT_NULL),
];

pub(super) fn effects(statement: Node) -> Vec<Effect> {
    if let Some(made) = lint::made_relation(statement) {
        return vec![Effect::Makes(made.quoted())];
    }
    if statement.kind() == Form::ALTER_TABLE {
        return of_alter_table(statement);
    }
    match lint::takes(statement) {
        Takes::Tables(_) => Vec::new(),
        Takes::Nothing | Takes::Unknown => vec![Effect::Unknown],
    }
}

fn of_alter_table(statement: Node) -> Vec<Effect> {
    let Some(table) = lint::tables(statement).first().map(TableName::quoted) else {
        return vec![Effect::Unknown];
    };
    let mut effects = Vec::new();
    for ((parent, kind), part) in lint::parts(statement) {
        let reaches = REACHING.contains(&(parent, kind)) || parent == Form::ADD_CONSTRAINT;
        if reaches || parent == Form::ADD_COLUMN {
            effects.push(Effect::Alters(table.clone()));
        }
        match kind {
            Form::ADD_COLUMN | Form::GENERATED_CONSTRAINT => {
                let has_default = part.has(Form::DEFAULT_CONSTRAINT);
                effects.push(Effect::AddsColumn { table: table.clone(), has_default });
            }
            // Under which name it is found then stands in no one place.
            Form::TABLE_RENAME_TO | Form::SET_SCHEMA => {
                effects.extend([Effect::Renames(table.clone()), Effect::Unknown]);
            }
            _ => {}
        }
    }
    effects
}
