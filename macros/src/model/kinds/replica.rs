//! The replica identity of a table: by what logical replication knows the row that an update or a
//! delete writes. Without the index that it names, both fail while the table is published.

use proc_macro2::Span;

use crate::diag::Errors;
use crate::model::Schema;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::syntax::indexes::index::Index;
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{Name, TableName};

pub(crate) enum Identity {
    /// The primary key, which every table has until it is told otherwise.
    Default,
    Full,
    Nothing,
    Index(Name),
}

impl Identity {
    pub(crate) fn sql(&self, table: &TableName) -> String {
        let how = match self {
            Identity::Default => "default".to_owned(),
            Identity::Full => "full".to_owned(),
            Identity::Nothing => "nothing".to_owned(),
            Identity::Index(name) => format!("using index {}", name.quoted()),
        };
        format!("alter table {} replica identity {how}", table.quoted())
    }

    /// Returns how the model keeps it; the default is none.
    pub(crate) fn entity(&self, table: &TableName) -> Option<Entity> {
        let definition = match self {
            Identity::Default => return None,
            Identity::Full | Identity::Nothing => Definition::Name,
            Identity::Index(name) => Definition::ReplicaIdentity { index: name.text.clone() },
        };
        Some(Entity {
            kind: Kind::ReplicaIdentity,
            name: table.clone(),
            on: Some(table.clone()),
            create: vec![self.sql(table)],
            definition,
        })
    }
}

impl Schema {
    pub(crate) fn replica_identity(&self, table: &TableName) -> Option<&Entity> {
        self.find_entity(Kind::ReplicaIdentity, table, Some(table))
    }

    pub(crate) fn put_replica_identity(&mut self, table: &TableName, identity: &Identity) {
        self.entities.retain(|entity| {
            entity.kind != Kind::ReplicaIdentity || entity.on.as_ref() != Some(table)
        });
        self.entities.extend(identity.entity(table));
    }

    /// The index by which a table's rows are known, where it is not the primary key by itself.
    fn identity_index(&self, table: &TableName) -> Option<&str> {
        match &self.replica_identity(table)?.definition {
            Definition::ReplicaIdentity { index } => Some(index),
            _ => None,
        }
    }

    /// Tells whether a table's rows are known by this index, or the index of this constraint.
    pub(crate) fn identifies(&self, table: &TableName, index: &Name) -> bool {
        self.identity_index(table).is_some_and(|known| *index == *known)
    }

    /// Reports an index that goes although rows are known by it.
    pub(crate) fn keeps_identity(
        &self,
        table: &TableName,
        index: &Name,
        span: Span,
        errors: &mut Errors,
    ) {
        if self.identifies(table, index) {
            let message = format_args!("`{index}` is the replica identity of `{table}`");
            errors.at(span, message).help(first(table)).note(WHY);
        }
    }

    /// Reports a column that goes, or may be null, although rows are known by its index.
    pub(crate) fn keeps_identity_of(
        &self,
        table: &Table,
        column: &Name,
        span: Span,
        errors: &mut Errors,
    ) {
        let Some(index) = self.identity_index(&table.name) else { return };
        let named = |name: &Option<Name>| name.as_ref().is_some_and(|name| *name == *index);
        let mut indexes = table.indexes.iter().filter(|item| named(&item.name));
        let mut keys = table.constraints.iter().filter(|item| named(&item.name));
        let needed = indexes.any(|item| item.needs(&column.text))
            || keys.any(|item| item.needs(&column.text));
        if needed {
            let name = &table.name;
            let message =
                format_args!("column `{column}` is in `{index}`, the replica identity of `{name}`");
            errors.at(span, message).help(first(name)).note(WHY);
        }
    }

    /// The identity goes with the index under its new name.
    pub(crate) fn rename_identity(&mut self, table: &TableName, from: &Name, to: &Name) {
        if self.identifies(table, from) {
            self.put_replica_identity(table, &Identity::Index(to.clone()));
        }
    }
}

const WHY: &str = "without it, updates and deletes fail while the table is published (55000)";

fn first(table: &TableName) -> String {
    format!("set_replica_identity!({table}, full); first, or default, or another index")
}

/// Reports what keeps rows from being known by an index.
pub(crate) fn check_fit(table: &Table, index: &Index, span: Span, errors: &mut Errors) {
    let name = index.name.as_ref().map_or("", |name| &name.text);
    if !index.is_key() {
        errors
            .at(span, format_args!("rows cannot be known by index `{name}`"))
            .note("a replica identity is unique, on columns alone, and leaves no row out");
    }
    let nullable = |name: &&Name| table.column(&name.text).is_some_and(|column| !column.not_null);
    if let Some(column) = index.key_columns().find(nullable) {
        errors
            .at(span, format_args!("column `{column}` of index `{name}` may be null"))
            .help(format_args!("set_not_null!({}.{column}); first", table.name));
    }
}
