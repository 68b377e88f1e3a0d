//! What reads a column by its number and not by its name: views, policies and triggers of the
//! model. It is dropped, and made again, in the transaction that changes the column.

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::Schema;
use crate::model::parts::entity::Entity;
use crate::plan::objects::policy;
use crate::plan::objects::trigger;
use crate::plan::objects::view;
use crate::plan::{Mode, Statement};
use crate::syntax::words::name::ColumnName;

/// What stands round columns, in the order in which it is made.
#[derive(Default)]
pub(crate) struct Around {
    found: Vec<Entity>,
}

impl Around {
    /// Adds what stands round a column; what cannot be made again in a moment is an error.
    pub(crate) fn add(&mut self, schema: &Schema, column: &ColumnName, errors: &mut Errors) {
        // A function's body is text, and read when it is called; a sequence changes hands.
        let stays = |entity: &&Entity| !matches!(entity.kind, Kind::Function | Kind::Sequence);
        for entity in schema.dependents(&column.table, Some(&column.name)).filter(stays) {
            self.add_entity(entity, column, errors);
            for above in schema.over(entity).iter().filter(|_| entity.kind == Kind::View) {
                self.add_entity(above, column, errors);
            }
        }
    }

    fn add_entity(&mut self, entity: &Entity, column: &ColumnName, errors: &mut Errors) {
        if self.found.iter().any(|known| known.is_named_as(entity)) {
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
        let views = self.views().enumerate();
        let mut statements: Vec<Statement> =
            views.map(|(at, entity)| view::keep_belongings(entity, at + 1)).collect();
        statements.extend(self.found.iter().rev().filter_map(dropped));
        statements
    }

    pub(crate) fn create(&self) -> Vec<Statement> {
        let made = self.found.iter();
        let mut statements: Vec<Statement> =
            made.flat_map(|entity| entity.create.iter().map(|sql| created(entity, sql))).collect();
        let views = self.views().enumerate();
        statements.extend(views.map(|(at, entity)| view::restore_belongings(entity, at + 1)));
        statements
    }

    fn views(&self) -> impl Iterator<Item = &Entity> {
        self.found.iter().filter(|entity| entity.kind == Kind::View)
    }
}

/// None for what holds rows of its own, or is not known well enough.
fn dropped(entity: &Entity) -> Option<Statement> {
    let drop = match entity.kind {
        Kind::View => view::drop(entity),
        Kind::Trigger => trigger::drop(entity).pop()?,
        Kind::Policy => policy::drop(entity).pop()?,
        _ => return None,
    };
    Some(drop.why("it would go on reading the old column; made again below"))
}

fn created(entity: &Entity, sql: &str) -> Statement {
    match &entity.on {
        Some(table) => Statement::locking(sql, table, Mode::AccessExclusive)
            .changing_part(table, &entity.name.name.text),
        None => Statement::free(sql).changing(entity.name.quoted()),
    }
}
