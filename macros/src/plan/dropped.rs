//! What a statement takes away, and what the model knows to go along: the runtime asks the server
//! for the rest before the contract.

use crate::model::Schema;
use crate::plan::{Phase, Statement, Step, Work};
use crate::syntax::name::{Name, TableName};
use crate::syntax::table::Table;

#[derive(Clone, Debug)]
pub(crate) struct Dropped {
    pub(crate) kind: ObjectKind,
    /// Quoted, and schema-qualified where it can be.
    pub(crate) name: String,
    /// The name of a part of a table, else empty.
    pub(crate) part: String,
    pub(crate) with: Vec<String>,
}

/// What the name is looked up as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ObjectKind {
    Relation,
    Column,
    Constraint,
    Trigger,
    Policy,
    Function,
    Type,
    Schema,
    Extension,
}

impl Dropped {
    pub(crate) fn part(kind: ObjectKind, table: &TableName, part: &str) -> Self {
        Dropped { part: part.to_owned(), ..Dropped::object(kind, table.quoted()) }
    }

    pub(crate) fn object(kind: ObjectKind, name: impl Into<String>) -> Self {
        Dropped { kind, name: name.into(), part: String::new(), with: Vec::new() }
    }
}

impl Statement {
    pub(crate) fn drops(mut self, dropped: Dropped) -> Self {
        self.drops.push(dropped);
        self
    }

    /// Says what goes along with what it drops, where the schema does not know it by this name.
    pub(crate) fn along<'a>(mut self, names: impl Iterator<Item = &'a Name>) -> Self {
        if let Some(dropped) = self.drops.last_mut() {
            dropped.with.extend(names.map(|name| name.text.clone()));
        }
        self
    }
}

impl Step {
    /// What it takes away on the way forward, in a phase before which the runtime asks the server.
    pub(crate) fn drops(&self) -> Vec<&Dropped> {
        if !matches!(self.phase, Phase::Switch | Phase::Contract) {
            return Vec::new();
        }
        let statements: &[Statement] = match &self.work {
            Work::Transaction(statements) => statements,
            // A switch only clears away what a way back may have left.
            Work::DropIndex(index) if self.phase == Phase::Contract => {
                std::slice::from_ref(&index.drop)
            }
            Work::Alone(alone) => std::slice::from_ref(&alone.statement),
            _ => &[],
        };
        statements.iter().flat_map(|statement| &statement.drops).collect()
    }
}

/// Adds what goes along with columns, by the schema before the change.
pub(crate) fn complete(steps: &mut [Step], schema: &Schema) {
    for step in steps {
        let Work::Transaction(statements) = &mut step.work else { continue };
        let dropped = statements.iter_mut().flat_map(|statement| &mut statement.drops);
        for column in dropped.filter(|dropped| dropped.kind == ObjectKind::Column) {
            let found = schema.tables_that_mention(&column.part);
            for table in found {
                column.with.extend(along(table, &column.name, &column.part));
            }
            column.with.sort();
            column.with.dedup();
        }
    }
}

/// What of a table needs a column of this or of another one.
fn along(table: &Table, on: &str, column: &str) -> Vec<String> {
    let is_own = table.name.quoted() == on;
    let constraints = table.constraints.iter().filter(|item| {
        let points = item.reference().is_some_and(|target| {
            target.table.quoted() == on && target.columns.iter().any(|name| name.text == column)
        });
        points || is_own && item.needs(column)
    });
    let indexes = table.indexes.iter().filter(|index| is_own && index.needs(column));
    let names = constraints
        .filter_map(|item| item.name.as_ref())
        .chain(indexes.filter_map(|item| item.name.as_ref()));
    names.map(|name| name.text.clone()).collect()
}
