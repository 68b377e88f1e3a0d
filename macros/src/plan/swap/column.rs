//! A column whose type changes, and the table that it is in.

use crate::plan::sql::ddl;
use crate::plan::swap::column_sequence::ColumnSequence;
use crate::plan::{Mode, Statement};
use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::tables::table::Table;
use crate::syntax::values::types::Family;
use crate::syntax::words::name::TableName;

#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) table: Table,
    pub(crate) old: Column,
    /// The column as it will be, under the same name.
    pub(crate) new: Column,
    pub(crate) sequences: Vec<ColumnSequence>,
}

impl Part {
    pub(crate) fn name(&self) -> &TableName {
        &self.table.name
    }

    /// Tells whether it takes its numbers from a sequence that the schema does not know.
    pub(crate) fn takes_unknown_numbers(&self) -> bool {
        let is_integer = |column: &Column| matches!(column.ty.family, Family::Integer { .. });
        self.sequences.is_empty()
            && self.takes_numbers()
            && is_integer(&self.old)
            && is_integer(&self.new)
    }

    pub(crate) fn takes_numbers(&self) -> bool {
        let default = self.old.default.as_ref();
        default.is_some_and(|default| default.sql().contains("nextval"))
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
