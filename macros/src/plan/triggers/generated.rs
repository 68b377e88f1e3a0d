//! A column that a trigger keeps equal to an expression, for good: PostgreSQL turns no column that
//! is there into a generated one, and adds one only by a rewrite (catalog A5).

use crate::model::Kind;
use crate::model::Schema;
use crate::model::names;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::plan::sql::ddl;
use crate::plan::{Backfill, Phase, Statement, Step, Work};
use crate::syntax::tables::column::Column;
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;

pub(crate) struct Kept<'a> {
    pub(crate) table: &'a TableName,
    pub(crate) column: &'a Column,
    pub(crate) value: &'a Sql,
}

fn function(table: &TableName, column: &Name) -> String {
    names::internal(table, &[&column.text], "generated")
}

fn trigger(table: &TableName, column: &Name) -> TableName {
    let name = Name::new(names::standing_trigger(&function(table, column)));
    TableName { schema: table.schema.clone(), name }
}

/// Returns the trigger that keeps a column, if one does. It has the name that it was given, whatever
/// the table is called by now.
pub(crate) fn find<'a>(schema: &'a Schema, table: &TableName, column: &Name) -> Option<&'a Entity> {
    let keeps = |definition: &Definition| matches!(definition, Definition::Generated { column: kept, .. } if *kept == column.text);
    let mut triggers = schema.entities(Kind::Trigger);
    triggers.find(|one| one.on.as_ref() == Some(table) && keeps(&one.definition))
}

/// Takes the trigger away in the contract.
pub(crate) fn retire(schema: &mut Schema, table: &TableName, column: &Name) {
    if let Some(trigger) = find(schema, table, column).map(Entity::object) {
        schema.retire_object(&trigger);
    }
}

/// Returns the statements that stop keeping a column.
pub(crate) fn remove(table: &TableName, trigger: &Entity) -> Vec<Statement> {
    let drop = ddl::drop_trigger_if_exists(table, &trigger.name.name.text);
    [drop].into_iter().chain(drop_function(trigger)).collect()
}

/// Returns the statements that drop what a table's own triggers leave when it has gone.
pub(crate) fn left_by(schema: &Schema, table: &TableName) -> Vec<Statement> {
    let triggers = schema.entities(Kind::Trigger);
    triggers.filter(|one| one.on.as_ref() == Some(table)).filter_map(drop_function).collect()
}

fn drop_function(trigger: &Entity) -> Option<Statement> {
    match &trigger.definition {
        Definition::Generated { function, .. } => Some(ddl::drop_own_function(function)),
        _ => None,
    }
}

impl Kept<'_> {
    /// The function, the trigger, and that it fires wherever a row is written.
    pub(crate) fn install(&self) -> Vec<Statement> {
        let function = function(self.table, &self.column.name);
        let trigger = trigger(self.table, &self.column.name).name.text;
        let body = format!(
            "#variable_conflict use_column\nbegin\n  new.{} := (select {} from (select new.*) as {});\n  return new;\nend",
            self.column.name.quoted(),
            self.value.text,
            self.table.name.quoted(),
        );
        vec![
            ddl::create_function(self.table, &function, &body),
            ddl::create_trigger(self.table, &trigger, "insert or update", "true", &function)
                .why("fires after all others, whose values it reads"),
            ddl::enable_always(self.table, &[&trigger])
                .why("for logical replication and restores too"),
        ]
    }

    pub(crate) fn backfill(&self) -> Step {
        let (name, ty, value) = (self.column.name.quoted(), &self.column.ty.sql, &self.value.text);
        Step::new(
            Phase::Migrate,
            format!("computes `{}` in the rows that were there before", self.column.name),
            Work::Backfill(Backfill {
                table: self.table.quoted(),
                set: vec![(self.column.name.clone(), value.clone())],
                pending: format!("row({name})::record *<> row(cast({value} as {ty}))::record"),
                agrees: Vec::new(),
            }),
        )
    }

    /// As the schema keeps it.
    pub(crate) fn entity(&self) -> Entity {
        Entity {
            kind: Kind::Trigger,
            name: trigger(self.table, &self.column.name),
            on: Some(self.table.clone()),
            create: self.install().into_iter().map(|statement| statement.sql).collect(),
            definition: Definition::Generated {
                column: self.column.name.text.clone(),
                function: self.table.sibling(&function(self.table, &self.column.name)),
            },
        }
    }
}
