//! What one change adds to the tables.

use crate::model::{Entry, Schema};
use crate::syntax::column::Column;
use crate::syntax::constraint::Constraint;
use crate::syntax::name::TableName;
use crate::syntax::table::Table;

/// Columns and constraints that were not there before a change, or not as they are now.
#[derive(Default)]
pub(crate) struct Made {
    pub(crate) columns: Vec<(TableName, Column)>,
    pub(crate) constraints: Vec<(TableName, Constraint)>,
}

impl Schema {
    /// Remembers a table as the present change found it.
    pub(super) fn touch(&mut self, table: &str) {
        if !self.touched.contains_key(table) {
            let before = self.tables.get(table).map(Entry::read).cloned();
            self.touched.insert(table.to_owned(), before);
        }
    }

    /// What was added since it was last asked.
    pub(crate) fn made(&mut self) -> Made {
        let mut made = Made::default();
        for (name, before) in std::mem::take(&mut self.touched) {
            if let Some(now) = self.tables.get(&name).map(Entry::read) {
                made.add(before.as_ref(), now);
            }
        }
        made
    }
}

impl Made {
    fn add(&mut self, before: Option<&Table>, now: &Table) {
        let is_new = |column: &&Column| {
            let known = before.and_then(|table| table.column(&column.name.text));
            known.is_none_or(|known| known.ty != column.ty)
        };
        let columns = now.columns.iter().filter(is_new);
        self.columns.extend(columns.map(|column| (now.name.clone(), column.clone())));
        let is_known = |constraint: &Constraint| {
            before.is_some_and(|table| {
                table.constraints.iter().any(|other| other.name == constraint.name)
            })
        };
        let constraints = now.constraints.iter().filter(|constraint| !is_known(constraint));
        self.constraints.extend(constraints.map(|item| (now.name.clone(), item.clone())));
    }
}
