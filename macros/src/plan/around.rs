//! What reads a column by its number and not by its name: views, policies and triggers of the
//! model. It is dropped, and made again, in the transaction that changes the column.

use crate::diag::Errors;
use crate::model::Schema;
use crate::model::entity::{Entity, Kind};
use crate::plan::{Mode, Statement};
use crate::syntax::name::{ColumnName, TableName};

/// What stands round columns, in the order in which it is made.
#[derive(Default)]
pub(crate) struct Around {
    found: Vec<Entity>,
    /// A view's privileges go with it.
    grants: Vec<Entity>,
}

impl Around {
    /// Adds what stands round a column; what cannot be made again in a moment is an error.
    pub(crate) fn add(&mut self, schema: &Schema, column: &ColumnName, errors: &mut Errors) {
        // A function's body is text, and read when it is called.
        let needing = schema.dependents(&column.table, Some(&column.name));
        for entity in needing.filter(|entity| entity.kind != Kind::Function) {
            self.add_entity(entity, column, errors);
        }
        let mut at = 0;
        while let Some(view) = self.found.get(at).map(|entity| entity.name.name.text.clone()) {
            let views = [Kind::View, Kind::MaterializedView].into_iter();
            for above in views.flat_map(|kind| schema.entities(kind)) {
                if above.name.name != *view && above.mentions(&view) {
                    self.add_entity(above, column, errors);
                }
            }
            at += 1;
        }
        let views = || self.found.iter().filter(|entity| entity.kind == Kind::View);
        let lost = |grant: &&Entity| views().any(|view| grant.mentions(&view.name.name.text));
        self.grants = schema.entities(Kind::Grant).filter(lost).cloned().collect();
    }

    fn add_entity(&mut self, entity: &Entity, column: &ColumnName, errors: &mut Errors) {
        if self.found.iter().any(|known| known.object() == entity.object()) {
            return;
        }
        if dropped(entity).is_none() {
            errors
                .at(column.name.span, format_args!("{} needs column `{column}`", entity.object()))
                .help("drop it first, and make it again after the contract");
        }
        self.found.push(entity.clone());
    }

    pub(crate) fn drop(&self) -> Vec<Statement> {
        self.found.iter().rev().filter_map(dropped).collect()
    }

    pub(crate) fn create(&self) -> Vec<Statement> {
        let made = self.found.iter().chain(&self.grants);
        made.flat_map(|entity| entity.create.iter().map(|sql| created(entity, sql))).collect()
    }
}

/// None for what holds rows of its own, or is not known well enough.
fn dropped(entity: &Entity) -> Option<Statement> {
    let name = entity.name.name.quoted();
    let on_table = |word: &str, table: &TableName| {
        let sql = format!("drop {word} {name} on {}", table.quoted());
        Statement::locking(sql, table, Mode::AccessExclusive)
    };
    let drop = match (entity.kind, &entity.on) {
        (Kind::View, _) => Statement::free(format!("drop view {}", entity.name.quoted())),
        (Kind::Trigger, Some(table)) => on_table("trigger", table),
        (Kind::Policy, Some(table)) => on_table("policy", table),
        _ => return None,
    };
    Some(drop.why("it would go on reading the old column; made again below"))
}

fn created(entity: &Entity, sql: &str) -> Statement {
    match &entity.on {
        Some(table) => Statement::locking(sql, table, Mode::AccessExclusive),
        None => Statement::free(sql),
    }
}
