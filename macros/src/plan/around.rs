//! What reads a column through its number and not its name: views, policies and triggers of the
//! model. It is dropped and made again in the transaction that changes the column.

use crate::diag::Errors;
use crate::model::Schema;
use crate::model::entity::{Entity, Kind};
use crate::plan::{Mode, Statement};
use crate::syntax::name::{ColumnName, TableName};

#[derive(Default)]
pub(crate) struct Around {
    pub(crate) drop: Vec<Statement>,
    pub(crate) create: Vec<Statement>,
}

impl Around {
    /// What stands round a column; what cannot be made again in a moment is an error.
    pub(crate) fn of(schema: &Schema, column: &ColumnName, errors: &mut Errors) -> Self {
        let mut found: Vec<&Entity> = schema
            .dependents(&column.table, Some(&column.name))
            .filter(|entity| entity.kind != Kind::Function)
            .collect();
        // Views of views.
        let mut at = 0;
        while let Some(view) = found.get(at).map(|entity| &entity.name.name.text) {
            let above = [Kind::View, Kind::MaterializedView]
                .into_iter()
                .flat_map(|kind| schema.entities(kind))
                .filter(|other| other.name.name != **view && other.mentions(view));
            let above: Vec<&Entity> = above
                .filter(|other| !found.iter().any(|known| known.object() == other.object()))
                .collect();
            found.extend(above);
            at += 1;
        }
        let mut around = Around::default();
        for entity in &found {
            match dropped(entity) {
                Some(drop) => around.drop.insert(0, drop),
                None => drop(
                    errors
                        .at(
                            column.name.span,
                            format_args!("{} reads column `{column}`", entity.object()),
                        )
                        .help("drop it first, and make it again after the contract"),
                ),
            }
        }
        let grants = schema.entities(Kind::Grant).filter(|grant| {
            found
                .iter()
                .any(|entity| entity.kind == Kind::View && grant.mentions(&entity.name.name.text))
        });
        for entity in found.iter().copied().chain(grants) {
            let statements = entity.create.iter().map(|sql| created(entity, sql));
            around.create.extend(statements);
        }
        around
    }
}

/// None for what holds rows of its own, or is not known well enough.
fn dropped(entity: &Entity) -> Option<Statement> {
    let (name, on) = (entity.name.name.quoted(), entity.on.as_ref());
    let on_table = |word: &str, table: &TableName| {
        let sql = format!("drop {word} {name} on {}", table.quoted());
        Statement::locking(sql, table, Mode::AccessExclusive)
    };
    let drop = match (entity.kind, on) {
        (Kind::View, _) => Statement::free(format!("drop view {}", entity.name.quoted())),
        (Kind::Trigger, Some(table)) => on_table("trigger", table),
        (Kind::Policy, Some(table)) => on_table("policy", table),
        _ => return None,
    };
    Some(drop.why("it would stay with the old column; made again below"))
}

fn created(entity: &Entity, sql: &str) -> Statement {
    match &entity.on {
        Some(table) => Statement::locking(sql, table, Mode::AccessExclusive),
        None => Statement::free(sql),
    }
}
