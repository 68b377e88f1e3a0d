//! What a statement makes and changes, what it takes away, and what the model knows to go along: the
//! runtime asks the server for the rest before the contract.

use crate::model::Schema;
use crate::plan::footprint::effect::Effect;
use crate::plan::{Dropped, ObjectKind, Phase, Statement, Step, Work};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{Name, TableName};

impl ObjectKind {
    /// Tells whether something may name it, or depend on it in the catalogs.
    fn is_object(self) -> bool {
        use ObjectKind::{Default, NotNull, ReplacedKey};
        !matches!(self, Default | NotNull | ReplacedKey)
    }

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
    pub(crate) fn drops(mut self, dropped: Dropped) -> Self {
        self.drops.push(dropped);
        self
    }

    /// Says that it takes a name, which somebody may have given away meanwhile.
    pub(crate) fn makes(mut self, made: Dropped) -> Self {
        self.makes.push(made);
        self
    }

    /// Says that triggers do not list the columns any more that it drops.
    pub(crate) fn unlisted(mut self) -> Self {
        for dropped in self.drops.iter_mut().filter(|one| one.kind == ObjectKind::Column) {
            dropped.kind = ObjectKind::ReplacedColumn;
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

    pub(crate) fn adding_column(self, table: &TableName, has_default: bool) -> Self {
        let table = table.quoted();
        self.effect(Effect::Alters(table.clone())).effect(Effect::AddsColumn { table, has_default })
    }

    /// Says that a table has another name from then on.
    pub(crate) fn renaming(self, from: &TableName, to: &TableName) -> Self {
        self.effect(Effect::Renames(from.quoted())).brings(to)
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
        match &self.work {
            // A switch only clears away what a way back may have left.
            Work::DropIndex(_) if self.phase != Phase::Contract => Vec::new(),
            work => work.drops().into_iter().filter(|one| one.kind.is_object()).collect(),
        }
    }

    /// What it takes away on the way back, before which the runtime asks the server as well.
    pub(crate) fn undo_drops(&self) -> Vec<&Dropped> {
        self.undo.as_ref().map(Work::drops).unwrap_or_default()
    }

    /// What it makes on the way back, under names that have to be free.
    pub(crate) fn undo_makes(&self) -> Vec<&Dropped> {
        match &self.undo {
            Some(Work::Transaction(statements)) => {
                statements.iter().flat_map(|statement| &statement.makes).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Work {
    fn drops(&self) -> Vec<&Dropped> {
        let statements: &[Statement] = match self {
            Work::Transaction(statements) => statements,
            Work::DropIndex(index) => std::slice::from_ref(&index.drop),
            Work::NonTransactional(alone) => std::slice::from_ref(&alone.statement),
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
        for column in dropped.filter(|dropped| dropped.kind.is_column()) {
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
