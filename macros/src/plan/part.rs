//! A column whose type changes, and the table that it is in.

use crate::plan::{Mode, Statement, ddl};
use crate::syntax::column::Column;
use crate::syntax::constraint::Constraint;
use crate::syntax::name::TableName;
use crate::syntax::table::Table;

#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) table: Table,
    pub(crate) old: Column,
    /// The column as it will be, under the same name.
    pub(crate) new: Column,
}

impl Part {
    pub(crate) fn name(&self) -> &TableName {
        &self.table.name
    }

    /// The column's constraints.
    pub(crate) fn constraints(&self) -> impl Iterator<Item = &Constraint> {
        self.table.constraints.iter().filter(|item| item.needs(&self.old.name.text))
    }
}

/// Locks the tables of columns that change together, and those that their foreign keys point at,
/// before anything is changed. The columns that others point at stand first.
pub(crate) fn lock(parts: &[&Part], parents: Mode) -> Vec<Statement> {
    let own = || parts.iter().map(|part| part.name());
    let mut outside: Vec<&TableName> = parts
        .iter()
        .flat_map(|part| part.constraints())
        .filter_map(Constraint::parent)
        .filter(|parent| !own().any(|own| own == *parent))
        .collect();
    outside.sort_by_key(|table| table.quoted());
    let outside = outside.into_iter().map(|table| (table, parents));
    let mut locked: Vec<(&TableName, Mode)> = Vec::new();
    for (table, mode) in outside.chain(own().map(|table| (table, Mode::AccessExclusive))) {
        if !locked.iter().any(|(known, _)| *known == table) {
            locked.push((table, mode));
        }
    }
    let why = "all before anything is changed, those that foreign keys point at first";
    locked.into_iter().map(|(table, mode)| ddl::lock_table(table, mode).why(why)).collect()
}
