//! Looking up indexes by their names: they share a name space with tables, and belong to a schema.

use crate::diag::Errors;
use crate::model::{Object, Schema};
use crate::syntax::index::Index;
use crate::syntax::name::{Name, TableName};
use crate::syntax::table::Table;

/// What an index belongs to: itself, or a constraint of its name.
#[derive(Clone, Copy)]
pub(crate) enum Owner<'a> {
    Index(&'a Index),
    Constraint,
}

impl Schema {
    /// An index that belongs to no constraint, with its table.
    pub(crate) fn index<'a>(
        &'a self,
        name: &TableName,
        errors: &mut Errors,
    ) -> Option<(&'a Table, &'a Index)> {
        match self.index_or_key(name, errors)? {
            (table, Owner::Index(index)) => Some((table, index)),
            (table, Owner::Constraint) => {
                let message =
                    format!("`{}` belongs to a constraint of `{}`", name.name, table.name);
                errors
                    .at(name.span(), message)
                    .help(format_args!("drop_constraint!({}.{});", table.name, name.name))
                    .note("PostgreSQL changes such an index with its constraint alone");
                None
            }
        }
    }

    /// An index, a constraint's too, with its table.
    pub(crate) fn index_or_key<'a>(
        &'a self,
        name: &TableName,
        errors: &mut Errors,
    ) -> Option<(&'a Table, Owner<'a>)> {
        let found = self.find_index(name);
        let claim = Object::index(name, &name.name).at(name.span());
        if found.is_none() && !self.retiring(&claim, errors) && !self.may_be_unread(&name.name) {
            let tables = self.tables().filter(|table| table.name.schema() == name.schema());
            let names: Vec<&str> = tables
                .flat_map(|table| &table.indexes)
                .filter_map(|index| index.name.as_ref())
                .map(|name| name.text.as_str())
                .collect();
            errors
                .at(name.span(), format_args!("there is no index `{name}`"))
                .nearest(&name.name.text, names);
        }
        found
    }

    fn find_index<'a>(&'a self, wanted: &TableName) -> Option<(&'a Table, Owner<'a>)> {
        let is = |name: Option<&Name>| name == Some(&wanted.name);
        self.tables_that_mention(&wanted.name.text)
            .filter(|table| table.name.schema() == wanted.schema())
            .find_map(|table| {
                let index = table.indexes.iter().find(|index| is(index.name.as_ref()));
                let key = || {
                    let mut keys = table.constraints.iter().filter(|item| item.has_index());
                    keys.find(|item| is(item.name.as_ref()))
                };
                let owner = index.map(Owner::Index).or_else(|| key().map(|_| Owner::Constraint))?;
                Some((table, owner))
            })
    }

    /// Alters the list that an index is in, and gives the index out of it.
    pub(crate) fn take_index(&mut self, name: &TableName) -> Option<(TableName, Index)> {
        let (table, Owner::Index(index)) = self.find_index(name)? else { return None };
        let (table, index) = (table.name.clone(), index.clone());
        self.alter(&table, |table| table.indexes.retain(|other| other.name != index.name));
        Some((table, index))
    }

    /// An index of which a change outside any history says nothing but its table.
    pub(crate) fn assume_index(
        &mut self,
        name: &TableName,
        table: Option<&TableName>,
        errors: &mut Errors,
    ) {
        let Some(table) = table else {
            errors
                .at(name.span(), "outside a migration the index's table is not known")
                .help("table = …");
            return;
        };
        self.assume(table, []);
        self.alter(table, |table| {
            let mut index = Index::of(Vec::new(), name.span());
            index.name = Some(name.name.clone());
            table.indexes.push(index);
        });
    }
}
