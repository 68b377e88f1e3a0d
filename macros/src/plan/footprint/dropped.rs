//! What a statement makes and changes, what it takes away, and what the model knows to go along: the
//! runtime asks the server for the rest before the contract.

use crate::model::Schema;
use crate::plan::footprint::effect::Effect;
use crate::plan::{Dropped, ObjectKind, Statement, Step, Work};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{Name, TableName};

impl ObjectKind {
    fn is_column(self) -> bool {
        matches!(self, ObjectKind::Column | ObjectKind::ReplacedColumn)
    }
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
    pub(crate) fn drops(self, object: Dropped) -> Self {
        self.effect(Effect::Removes { object, if_there: false })
    }

    /// Says that it drops an object, and does nothing where that is gone.
    pub(crate) fn drops_if_there(self, object: Dropped) -> Self {
        self.effect(Effect::Removes { object, if_there: true })
    }

    /// Says that it takes a name, which somebody may have given away meanwhile.
    pub(crate) fn takes(self, made: Dropped) -> Self {
        self.effect(Effect::Takes(made))
    }

    /// Says that triggers do not list the columns any more that it drops.
    pub(crate) fn unlisted(mut self) -> Self {
        let dropped = self.effects.iter_mut().filter_map(Effect::removed_mut);
        for column in dropped.filter(|one| one.kind == ObjectKind::Column) {
            column.kind = ObjectKind::ReplacedColumn;
        }
        self
    }

    pub(crate) fn effect(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    /// Says that a relation has this name from then on.
    pub(crate) fn brings(self, name: &TableName) -> Self {
        self.effect(Effect::Makes(name.quoted()))
    }

    /// Says that columns or constraints of a table change.
    pub(crate) fn altering(self, table: &TableName) -> Self {
        self.effect(Effect::Alters(table.quoted()))
    }

    pub(crate) fn adding_column(self, table: &TableName, column: &str, has_default: bool) -> Self {
        let add = Effect::AddsColumn { table: table.quoted(), has_default };
        self.altering(table).effect(add).changing_part(table, column)
    }

    /// Says that a column, constraint, index, trigger or policy of this name changes, comes or goes.
    pub(crate) fn changing_part(self, table: &TableName, part: impl Into<String>) -> Self {
        self.effect(Effect::ChangesPart { table: table.quoted(), part: part.into() })
    }

    /// Says that what changes of an object has no name of its own.
    pub(crate) fn changing_settings(self, of: impl Into<String>) -> Self {
        self.effect(Effect::ChangesSettings(of.into()))
    }

    /// Says that an object as a whole changes.
    pub(crate) fn changing(self, object: impl Into<String>) -> Self {
        self.effect(Effect::Changes(object.into()))
    }

    /// Says that a table has another name from then on.
    pub(crate) fn renaming(self, from: &TableName, to: &TableName) -> Self {
        self.effect(Effect::Renames(from.quoted())).brings(to)
    }

    /// Says what goes along with what it drops, where the schema does not know it by this name.
    pub(crate) fn along<'a>(mut self, names: impl Iterator<Item = &'a Name>) -> Self {
        if let Some(dropped) = self.effects.iter_mut().rev().find_map(Effect::removed_mut) {
            dropped.with.extend(names.map(|name| name.text.clone()));
        }
        self
    }
}

/// Adds what goes along with columns, by the schema before the change.
pub(crate) fn complete(steps: &mut [Step], schema: &Schema) {
    for step in steps {
        let Work::Transaction(statements) = &mut step.work else { continue };
        let effects = statements.iter_mut().flat_map(|statement| &mut statement.effects);
        for column in
            effects.filter_map(Effect::removed_mut).filter(|dropped| dropped.kind.is_column())
        {
            let found = schema.tables_that_mention(&column.part);
            for table in found {
                column.with.extend(along(table, &column.name, &column.part));
            }
            column.with.sort();
            column.with.dedup();
        }
    }
}

/// Returns what of a table needs a column of this or of another one.
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
