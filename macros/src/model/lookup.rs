//! Looking up what a change names, with the errors that a wrong name gives.

use proc_macro2::Span;

use crate::diag::{Diagnostic, Errors};
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::model::{Author, Claim, Entry, Facet, Hold, Object, Role, Schema};
use crate::syntax::tables::column::Column;
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{ColumnName, Name, TableName};
use crate::syntax::words::target::Target;

impl Schema {
    pub(crate) fn table(&self, name: &TableName, errors: &mut Errors) -> Option<&Table> {
        if let Some(table) = self.find(name) {
            return Some(table);
        }
        if !self.retiring(&Object::table(name).at(name.span()), errors)
            && !self.may_be_unread(&name.name)
        {
            if let Some(parent) = self.parent_of_partition(name) {
                errors.at(name.span(), format_args!("`{name}` is a partition of `{parent}`")).help(
                    format_args!(
                        "`{parent}` in its place, or detach_partition!({name} of {parent}); first"
                    ),
                );
                return None;
            }
            let names = self.table_names();
            let error = errors.at(name.span(), format_args!("there is no table `{name}`"));
            if self.is_made_by_hand(&name.name.text) {
                error
                    .help(format_args!(
                        "create_table!({name} {{ … }}); in the place of the `sql!` that made it"
                    ))
                    .note("the history does not know what `sql!` makes");
            } else {
                error.nearest(&name.to_string(), names);
            }
        }
        None
    }

    pub(crate) fn column(
        &self,
        name: &ColumnName,
        errors: &mut Errors,
    ) -> Option<(&Table, &Column)> {
        let table = self.table(&name.table, errors)?;
        Some((table, self.column_of(table, &name.name, errors)?))
    }

    /// The column of a change, and that what the change states of it is so.
    pub(crate) fn target(&self, target: &Target, errors: &mut Errors) -> Option<(&Table, &Column)> {
        let (table, column) = self.column(&target.name, errors)?;
        if let Some(stated) = target.stated.as_ref().filter(|def| def.column.ty != column.ty) {
            errors
                .at(
                    stated.column.ty.span,
                    format_args!("column `{}` is `{}`", target.name, column.ty),
                )
                .help(format_args!("leave the type out: the history knows it"));
        }
        Some((table, column))
    }

    pub(crate) fn column_of<'a>(
        &self,
        table: &'a Table,
        name: &Name,
        errors: &mut Errors,
    ) -> Option<&'a Column> {
        if let Some(column) = table.column(&name.text) {
            return Some(column);
        }
        let claim = Object::column(&table.name, name).at(name.span);
        if !self.retiring(&claim, errors) && !self.may_be_unread(name) {
            let names = table.columns.iter().map(|column| column.name.text.as_str());
            let message = format!("table `{}` has no column `{name}`", table.name);
            let error = errors.at(name.span, message);
            if self.is_made_by_hand(&name.text) {
                error
                    .help(format_args!(
                        "add_column!({}.{name}: …); in the place of the `sql!` that made it",
                        table.name
                    ))
                    .note("the history does not know what `sql!` makes");
            } else {
                error.nearest(&name.text, names);
            }
        }
        None
    }

    /// Reports what needs a column from outside it, and would fail without it: generated columns
    /// and other tables' foreign keys.
    pub(crate) fn needed_elsewhere(&self, table: &Table, column: &ColumnName, errors: &mut Errors) {
        let name = &column.name;
        for other in &table.columns {
            if other.generated.as_ref().is_some_and(|sql| sql.mentions(&name.text)) {
                errors.at(
                    name.span,
                    format_args!("generated column `{}` needs column `{column}`", other.name),
                );
            }
        }
        for other in self.tables_pointing_at(&table.name) {
            if other.points_at(&table.name, Some(name)) {
                errors.at(
                    name.span,
                    format_args!("a foreign key of `{}` points at column `{column}`", other.name),
                );
            }
        }
    }

    /// The table that objects call so.
    pub(crate) fn table_of_key(&self, key: &str) -> Option<&Table> {
        self.tables.get(key).map(Entry::read)
    }

    /// Returns what is no table and is this object.
    pub(crate) fn entity_of(&self, object: &Object) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.is(object))
    }

    /// Reports a claim on an object that an earlier change still needs as it is.
    /// Returns the migrations whose declared contract must have run before this one starts.
    pub(crate) fn claim(&self, claim: &Claim, errors: &mut Errors) -> Vec<String> {
        let mut wait = Vec::new();
        let passes = |hold: &Hold| match &hold.object {
            Object::Entity(Kind::Partition, ..) => claim.facet.is_of_parent(),
            Object::Column(..) | Object::Constraint(..) if claim.facet == Facet::Removal => true,
            // The triggers of one migration go in one contract; of two, the later one's may come
            // first, and what is left writes a value that is gone.
            Object::Entity(Kind::Enum, ..) if claim.facet == Facet::Value => {
                hold.by == Author::Present && claim.facet.passes(&hold.role)
            }
            _ => claim.facet.passes(&hold.role),
        };
        let stands = |hold: &&Hold| covers(&hold.object, &claim.object) && !passes(hold);
        let mut told: Vec<&Author> = Vec::new();
        for hold in self.settled.holds_about(&claim.object).into_iter().filter(stands) {
            if let Author::Earlier(migration) = &hold.by {
                wait.push(migration.clone());
            }
        }
        for hold in self.holds.iter().filter(stands) {
            match (&hold.by, self.is_declared(hold)) {
                (Author::Earlier(migration), true) => wait.push(migration.clone()),
                // Its contract mends them all.
                (by, _) if told.contains(&by) => {}
                (by, _) => {
                    wait_for_contract(hold, report(hold, claim.span, errors));
                    told.push(by);
                }
            }
        }
        wait
    }

    pub(crate) fn is_declared(&self, hold: &Hold) -> bool {
        self.declared_by(&hold.by).is_some()
    }

    /// Reports that an object is on its way out, if it is.
    pub(crate) fn retiring(&self, claim: &Claim, errors: &mut Errors) -> bool {
        let retiring = |hold: &&Hold| {
            hold.object == claim.object
                && matches!(hold.role, Role::Retiring { .. })
                && !self.is_declared(hold)
        };
        let Some(hold) = self.holds.iter().find(retiring) else { return false };
        use_successor(hold, report(hold, claim.span, errors));
        true
    }

    /// Returns what of the schema `table` holds a relation's name: a table, an index, a constraint
    /// that has an index, a view and its like.
    pub(crate) fn relation(&self, table: &TableName, name: &str) -> Option<Object> {
        let wanted = TableName { schema: table.schema.clone(), name: Name::new(name) };
        let is_so = |entity: &&Entity| entity.kind.is_relation() && entity.kind != Kind::Partition;
        let entity = || self.entities.named(&wanted).find(is_so).map(Entity::object);
        self.relation_of_tables(table, name).or_else(entity)
    }

    fn relation_of_tables(&self, table: &TableName, name: &str) -> Option<Object> {
        self.tables_with_relation(name)
            .filter(|other| other.name.schema() == table.schema())
            .find_map(|other| {
                if other.name.name == *name {
                    return Some(Object::table(&other.name));
                }
                let indexes = other.indexes.iter().filter_map(|index| index.name.as_ref());
                let keys = other.constraints.iter().filter(|item| item.has_index());
                let keys = keys.filter_map(|item| item.name.as_ref());
                indexes
                    .chain(keys)
                    .find(|found| **found == *name)
                    .map(|found| Object::index(&other.name, found))
            })
    }
}

/// Tells whether a hold on one object stands in the way of a claim on another.
fn covers(held: &Object, claimed: &Object) -> bool {
    match (held, claimed) {
        (Object::Table(held), Object::Column(table, _) | Object::Constraint(table, _)) => {
            held == table
        }
        (Object::Column(table, _) | Object::Constraint(table, _), Object::Table(claimed)) => {
            table == claimed
        }
        // What a table gets, its partitions get, those too that are going to be none.
        (
            Object::Entity(Kind::Partition, _, Some(parent)),
            Object::Table(table) | Object::Column(table, _) | Object::Constraint(table, _),
        ) => parent == table,
        (
            Object::Entity(Kind::Partition, _, parent),
            Object::Entity(Kind::Partition, any, table),
        ) if any.is_empty() => parent == table,
        // A schema goes after what is in it.
        (_, Object::Entity(Kind::Schema, schema, _)) => {
            held == claimed || held.schema() == Some(schema)
        }
        _ => held == claimed,
    }
}

/// Reports that an object is on its way out, or changing, where a change needs it as it was.
pub(super) fn report<'a>(hold: &Hold, span: Span, errors: &'a mut Errors) -> &'a mut Diagnostic {
    let by = match &hold.by {
        Author::Earlier(migration) => format!("`{migration}`"),
        Author::Present => "this migration".to_owned(),
    };
    let object = &hold.object;
    match &hold.role {
        Role::Retiring { .. } => errors.at(span, format_args!("{object} is retired by {by}")),
        Role::Synced | Role::Filled | Role::Replaced | Role::Read { .. } => {
            errors.at(span, format_args!("{object} is in the hands of {by} until its contract"))
        }
    }
}

/// Says what to use in the place of something that goes.
pub(super) fn use_successor(hold: &Hold, error: &mut Diagnostic) {
    if let Role::Retiring { successor: Some(name) } = &hold.role {
        error.help(format_args!("use `{name}`"));
    }
}

/// Says when something may be changed again.
pub(super) fn wait_for_contract(hold: &Hold, error: &mut Diagnostic) {
    match &hold.by {
        Author::Earlier(migration) => error.help(format_args!("contract!({migration}); first")),
        Author::Present => error.help("a migration of its own, after the contract of this one"),
    };
}
