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

/// The trigger that keeps a column, if one does.
pub(crate) fn find<'a>(schema: &'a Schema, table: &TableName, column: &Name) -> Option<&'a Entity> {
    schema.find_entity(Kind::Trigger, &trigger(table, column), Some(table))
}

/// Takes the trigger away in the contract.
pub(crate) fn retire(schema: &mut Schema, table: &TableName, column: &Name) {
    schema.retire(Kind::Trigger, &trigger(table, column), Some(table));
}

/// The statements that stop keeping a column.
pub(crate) fn remove(table: &TableName, column: &Name) -> Vec<Statement> {
    vec![
        ddl::drop_trigger_if_exists(table, &trigger(table, column).name.text),
        ddl::drop_function_if_exists(table, &function(table, column)),
    ]
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
                column: format!("{}.{}", self.table, self.column.name),
            },
        }
    }
}
