//! What one change adds to the tables.

use crate::model::{Claim, Entry, Object, Schema};
use crate::syntax::indexes::index::Index;
use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::tables::table::Table;
use crate::syntax::values::types::Type;
use crate::syntax::words::name::{Name, TableName};

/// Columns and constraints that were not there before a change, or not as they are now.
#[derive(Default)]
pub(crate) struct Made {
    pub(crate) columns: Vec<(TableName, Column)>,
    pub(crate) constraints: Vec<(TableName, Constraint)>,
    /// The columns that it changes, as the migration found them.
    pub(crate) from: Vec<(TableName, Column)>,
    /// The columns that its constraints and indexes are on, or point at.
    on: Vec<(TableName, Name)>,
}

impl Schema {
    /// Remembers a table as the present change found it.
    pub(super) fn touch(&mut self, table: &str) {
        if !self.touched.contains_key(table) {
            let before = self.tables.get(table).map(Entry::read).cloned();
            self.touched.insert(table.to_owned(), before);
        }
    }

    /// Columns that claims are on, as the present migration found them.
    pub(crate) fn found(&self, claims: &[Claim]) -> Vec<(TableName, Column)> {
        let column = |claim: &Claim| {
            let Object::Column(table, column) = &claim.object else { return None };
            let table = match self.found.get(table) {
                Some(found) => found.as_ref()?,
                None => self.tables.get(table).map(Entry::read)?,
            };
            Some((table.name.clone(), table.column(column)?.clone()))
        };
        claims.iter().filter_map(column).collect()
    }

    /// Returns what was added since it was last asked, and the columns of before that a change
    /// alters or puts something on.
    pub(crate) fn made_from(&mut self, mut from: Vec<(TableName, Column)>) -> Made {
        let made = self.made();
        let on = made.on.iter().map(|(table, name)| Object::column(table, name).at(name.span));
        for (table, column) in self.found(&on.collect::<Vec<_>>()) {
            let is = |(other, known): &(TableName, Column)| {
                *other == table && known.name.text == column.name.text
            };
            if !self.is_baseline && !from.iter().any(is) {
                from.push((table, column));
            }
        }
        Made { from, ..made }
    }

    /// Returns what was added since it was last asked. What is there under another name is not new.
    fn made(&mut self) -> Made {
        let mut made = Made::default();
        let touched = std::mem::take(&mut self.touched);
        let is_gone = |name: &String| !self.tables.contains(name);
        let renamed: Vec<&Table> = touched
            .iter()
            .filter(|(name, _)| is_gone(name))
            .filter_map(|(_, it)| it.as_ref())
            .collect();
        for (name, before) in &touched {
            if let Some(now) = self.tables.get(name).map(Entry::read) {
                let has_columns_of = |other: &&Table| {
                    let names = |table: &Table| -> Vec<String> {
                        table.columns.iter().map(|column| column.name.text.clone()).collect()
                    };
                    names(other) == names(now)
                };
                let under_other_name = || renamed.iter().copied().find(has_columns_of);
                made.add(before.as_ref().or_else(under_other_name), now);
            }
            self.found.entry(name.clone()).or_insert_with(|| before.clone());
        }
        made
    }
}

impl Made {
    fn add(&mut self, before: Option<&Table>, now: &Table) {
        let gone = |ty: &Type| {
            let before = before.into_iter().flat_map(|table| &table.columns);
            before.into_iter().any(|it| now.column(&it.name.text).is_none() && it.ty == *ty)
        };
        let is_new = |column: &&Column| {
            let known = before.and_then(|table| table.column(&column.name.text));
            known.is_none_or(|known| known.ty != column.ty)
                && !(known.is_none() && gone(&column.ty))
        };
        let columns = now.columns.iter().filter(is_new);
        self.columns.extend(columns.map(|column| (now.name.clone(), column.clone())));
        let unnamed =
            |constraint: &Constraint| Constraint { name: None, ..constraint.clone() }.to_string();
        let is_known = |constraint: &Constraint| {
            before.is_some_and(|table| {
                table.constraints.iter().any(|other| {
                    other.name == constraint.name || unnamed(other) == unnamed(constraint)
                })
            })
        };
        let constraints = now.constraints.iter().filter(|constraint| !is_known(constraint));
        let constraints: Vec<&Constraint> = constraints.collect();
        for item in &constraints {
            self.on.extend(item.columns().iter().map(|name| (now.name.clone(), name.clone())));
            let target = item.reference().into_iter();
            self.on.extend(target.flat_map(|target| {
                target.columns.iter().map(|name| (target.table.clone(), name.clone()))
            }));
        }
        let has = |index: &&Index| {
            before.is_some_and(|it| it.indexes.iter().any(|other| other.name == index.name))
        };
        let indexes = now.indexes.iter().filter(|index| !has(index));
        self.on
            .extend(indexes.flat_map(Index::columns).map(|name| (now.name.clone(), name.clone())));
        self.constraints
            .extend(constraints.into_iter().map(|item| (now.name.clone(), item.clone())));
    }
}
