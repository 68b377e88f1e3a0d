//! What the way back from a switch takes for a column that is NOT NULL, an identity, part of the
//! primary key or of a unique index on an expression.

use crate::model::names;
use crate::plan::safe::attach;
use crate::plan::sql::constraint;
use crate::plan::sql::ddl;
use crate::plan::sql::index;
use crate::plan::swap::shadow::Shadow;
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Index, Mode, Phase, Statement, Step, Work};
use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::words::name::{Name, TableName};

pub(crate) fn way_back(why: &str, undo: Work) -> Step {
    Step::way_back(Phase::Switch, why, undo)
}

/// The check that stands in for a NOT NULL until it is proved.
pub(crate) fn not_null(shadow: &Shadow) -> String {
    names::internal(shadow.name(), &[&shadow.column().text], "back_not_null")
}

pub(crate) fn set_not_null(table: &TableName, column: &Name, check: &str) -> Vec<Statement> {
    vec![
        ddl::set_not_null(table, column),
        ddl::drop_constraint_if_exists(table, check)
            .why("two statements: one `alter table` with both would scan"),
    ]
}

/// Returns what a primary key or an identity needs before the old column can have it again: NOT
/// NULL, proved, and unique indexes, of the old column and of the new one, whose own is the key's.
pub(crate) fn back(shadow: &Shadow) -> Vec<Step> {
    let (table, retired) = (shadow.name(), shadow.retired());
    if !is_key(shadow) {
        return Vec::new();
    }
    let check = not_null(shadow);
    let condition = Column { name: retired, ..shadow.part.old.clone() }.is_not_null("");
    let add = ddl::add_check_not_valid(table, &check, &condition);
    let validate = ddl::validate_if_there(table, &check, None);
    let why = "the index that the primary key will need";
    let mut steps: Vec<Step> =
        indexes(shadow).into_iter().map(|index| rebuild(why, index)).collect();
    steps.push(way_back("reads every row; blocks nobody", validate));
    let left = ddl::drop_constraint_if_exists(table, &check);
    let why = "for the way back alone: the old column is NOT NULL again";
    let left = left.why("left by a way back that was cut short");
    steps.push(Step::transaction(Phase::Switch, why, vec![left]).undo(vec![add]));
    steps
}

/// The indexes of the old column that the switch drops.
pub(crate) fn rebuilt(shadow: &Shadow) -> Vec<Step> {
    let dropped = shadow.copies().dropped(shadow.name(), &shadow.shadow(), &shadow.retired());
    dropped.into_iter().map(|index| rebuild("an index of the old column", index)).collect()
}

fn rebuild(why: &str, index: Index) -> Step {
    let work = Work::DropIndex(index.clone());
    let step = Step::new(Phase::Switch, format!("for the way back alone: {why}"), work);
    step.undone_by(Work::BuildIndex(index))
}

fn indexes(shadow: &Shadow) -> Vec<Index> {
    let table = shadow.name();
    let Some(key) = shadow.primary_key() else { return Vec::new() };
    let before = key.with_column(shadow.column(), &shadow.retired());
    let names = (old(shadow), shadow.copies().key_name());
    let (Some((_, retired)), Some(copy)) = names else { return Vec::new() };
    let index = |key: &Constraint, name: &Name| {
        index::concurrent(table, &attach::index_of(key, name, key.columns()))
    };
    vec![index(key, &copy), index(&before, &retired)]
}

/// The primary key, and the name that its old index gets on the way back.
pub(crate) fn old(shadow: &Shadow) -> Option<(&Constraint, Name)> {
    let key = shadow.primary_key()?;
    Some((key, names::retired(shadow.name(), key.name.as_ref()?)))
}

/// Catalog B7: the index is there, and its columns are NOT NULL.
pub(crate) fn replace(table: &TableName, key: &Constraint, index: &Name) -> Statement {
    let name = key.name.as_ref().map(Name::quoted).unwrap_or_default();
    let add = constraint::using_index(key, &index.text);
    ddl::alter(table, &format!("drop constraint {name}, add {add}"), Mode::AccessExclusive)
        .altering(table)
        .changing_part(table, &index.text)
        .drops(replaced(table, key))
}

/// A primary key in whose place another comes.
pub(crate) fn replaced(table: &TableName, key: &Constraint) -> Dropped {
    let name = key.name.as_ref().map_or("", |name| &name.text);
    Dropped::part(ObjectKind::ReplacedKey, table, name)
}

pub(crate) fn is_key(shadow: &Shadow) -> bool {
    shadow.primary_key().is_some() || shadow.part.old.identity.is_some()
}
