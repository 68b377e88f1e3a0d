//! Looking up indexes by their names: they share a name space with tables, and belong to a schema.

use proc_macro2::Span;
use syn::Ident;
use syn::parse::Parser;

use crate::diag::Errors;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::model::{Object, Schema};
use crate::syntax::indexes::index::Index;
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{Name, TableName};

/// What an index belongs to: itself, or a constraint of its name.
#[derive(Clone)]
pub(crate) enum Owner {
    Index(Box<Index>),
    Constraint,
}

impl Schema {
    /// Returns what a change puts an index on: a table, or a materialized view as if it were one.
    pub(crate) fn indexed(&self, name: &TableName, errors: &mut Errors) -> Option<Table> {
        if let Some(view) = self.find_entity(Kind::MaterializedView, name, None) {
            return Some(self.as_table(view));
        }
        if self.find_entity(Kind::View, name, None).is_some() {
            errors
                .at(name.span(), format_args!("view `{name}` holds no rows"))
                .help("an index on the table that it reads, or create_materialized_view!(…);");
            return None;
        }
        self.table(name, errors).cloned()
    }

    fn as_table(&self, view: &Entity) -> Table {
        let mut table = Table::new(view.name.clone());
        let columns = view.columns().iter();
        columns.for_each(|name| table.add(ColumnDef::bare(Name::new(name))));
        let indexes = self.entities(Kind::Index).filter(|index| index.is_on(view));
        table.indexes = indexes.filter_map(read).collect();
        table
    }

    /// An index that belongs to no constraint, with its table.
    pub(crate) fn index(&self, name: &TableName, errors: &mut Errors) -> Option<(Table, Index)> {
        match self.index_or_key(name, errors)? {
            (table, Owner::Index(index)) => Some((table, *index)),
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
    pub(crate) fn index_or_key(
        &self,
        name: &TableName,
        errors: &mut Errors,
    ) -> Option<(Table, Owner)> {
        let found = self.find_index(name);
        let claim = Object::index(name, &name.name).at(name.span());
        if found.is_none() && !self.retiring(&claim, errors) && !self.may_be_unread(&name.name) {
            let tables = self.tables().filter(|table| table.name.schema() == name.schema());
            let of_views = self.entities(Kind::Index).map(|index| &index.name.name);
            let names: Vec<&str> = tables
                .flat_map(|table| &table.indexes)
                .filter_map(|index| index.name.as_ref())
                .chain(of_views)
                .map(|name| name.text.as_str())
                .collect();
            errors
                .at(name.span(), format_args!("there is no index `{name}`"))
                .nearest(&name.name.text, names);
        }
        found
    }

    fn find_index(&self, wanted: &TableName) -> Option<(Table, Owner)> {
        let is = |name: Option<&Name>| name == Some(&wanted.name);
        let of_table = self
            .tables_with_relation(&wanted.name.text)
            .filter(|table| table.name.schema() == wanted.schema())
            .find_map(|table| {
                let index = table.indexes.iter().find(|index| is(index.name.as_ref()));
                let key = || {
                    let mut keys = table.constraints.iter().filter(|item| item.has_index());
                    keys.find(|item| is(item.name.as_ref()))
                };
                let owner = index.cloned().map(Box::new).map(Owner::Index);
                let owner = owner.or_else(|| key().map(|_| Owner::Constraint))?;
                Some((table.clone(), owner))
            });
        of_table.or_else(|| {
            let mut indexes = self.entities(Kind::Index);
            let found = indexes.find(|index| index.name == *wanted)?;
            let view = self.find_entity(Kind::MaterializedView, found.on.as_ref()?, None)?;
            Some((self.as_table(view), Owner::Index(Box::new(read(found)?))))
        })
    }

    /// Returns what an index is on, if it is there.
    pub(crate) fn table_of_index(&self, name: &TableName) -> Option<TableName> {
        self.find_index(name).map(|(table, _)| table.name)
    }

    /// Alters the list that an index is in, and gives the index out of it.
    pub(crate) fn take_index(&mut self, name: &TableName) -> Option<(TableName, Index)> {
        let (Table { name: table, .. }, Owner::Index(index)) = self.find_index(name)? else {
            return None;
        };
        let object = Object::index(name, &name.name);
        self.entities.retain(|entity| !entity.is(&object));
        self.alter(&table, |table| table.indexes.retain(|other| other.name != index.name));
        Some((table, *index))
    }

    /// Tells whether it is a materialized view.
    pub(crate) fn is_materialized(&self, name: &TableName) -> bool {
        self.find_entity(Kind::MaterializedView, name, None).is_some()
    }

    /// Reports a materialized view that a baseline has taken over without a unique index.
    pub(crate) fn is_refreshable(&self, view: &Entity, span: Span, errors: &mut Errors) {
        let table = self.as_table(view);
        if !self.is_assumed && !table.indexes.iter().any(Index::is_key) {
            let name = &view.name;
            errors
                .at(span, format_args!("materialized view `{name}` has no unique index"))
                .help(format_args!("add_index!({name}(…), unique); first"))
                .note("only with a unique index PostgreSQL refreshes it while clients read it");
        }
    }

    /// Reports that a materialized view would lose its last unique index.
    pub(crate) fn keeps_refreshable(
        &self,
        view: &Table,
        old: &TableName,
        new: Option<&Index>,
        errors: &mut Errors,
    ) {
        let others = view.indexes.iter().filter(|index| index.name.as_ref() != Some(&old.name));
        let is_left = others.chain(new).any(Index::is_key);
        if self.is_materialized(&view.name) && !is_left {
            let name = &view.name;
            errors
                .at(old.span(), format_args!("`{}` is the last unique index of `{name}`", old.name))
                .help(format_args!("add_index!({name}(…), unique); first"))
                .note("only with a unique index PostgreSQL refreshes it while clients read it");
        }
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

/// Reads an index as a parent wrote it; what is wrong in it was reported there.
fn read(entity: &Entity) -> Option<Index> {
    let Definition::Index { written } = &entity.definition else { return None };
    let mut errors = Errors::new();
    let index = (|input: syn::parse::ParseStream| {
        let word: Ident = input.parse()?;
        Index::parse_item(&word, input, &mut errors)
    })
    .parse_str(written);
    errors.compile_errors();
    index.ok()
}
