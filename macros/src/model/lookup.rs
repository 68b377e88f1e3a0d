//! Looking up what a change names, with the errors that a wrong name gives.

use proc_macro2::Span;

use crate::diag::{Diagnostic, Errors};
use crate::model::entity::Kind;
use crate::model::{Author, Claim, Hold, Object, Role, Schema};
use crate::syntax::column::Column;
use crate::syntax::constraint::{Reference, Rule, join};
use crate::syntax::name::{ColumnName, Name, TableName};
use crate::syntax::sql::Sql;
use crate::syntax::table::Table;
use crate::syntax::target::Target;

impl Schema {
    pub(crate) fn table(&self, name: &TableName, errors: &mut Errors) -> Option<&Table> {
        if let Some(table) = self.find(name) {
            return Some(table);
        }
        if !self.retiring(&Object::table(name).at(name.span()), errors)
            && !self.may_be_unread(&name.name)
        {
            let names = self.table_names();
            errors
                .at(name.span(), format_args!("there is no table `{name}`"))
                .nearest(&name.to_string(), names);
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
            errors
                .at(name.span, format_args!("table `{}` has no column `{name}`", table.name))
                .nearest(&name.text, names);
        }
        None
    }

    /// Reports columns that an expression names and that are on their way out.
    pub(crate) fn expression(&self, table: &Table, sql: &Sql, errors: &mut Errors) {
        for hold in &self.holds {
            let Object::Column(of, column) = &hold.object else { continue };
            let gone = matches!(hold.role, Role::Retiring { .. }) && table.column(column).is_none();
            if gone && *of == table.name.to_string() && sql.mentions(column) {
                use_successor(hold, report(hold, sql.span, errors));
            }
        }
    }

    /// What a foreign key points at: a table of the model, by a key of it.
    pub(crate) fn reference(&self, from: &[&Column], to: &Reference, errors: &mut Errors) {
        let Some(table) = self.table(&to.table, errors) else { return };
        self.reference_to(table, from, to, errors);
    }

    pub(crate) fn reference_to(
        &self,
        table: &Table,
        from: &[&Column],
        to: &Reference,
        errors: &mut Errors,
    ) {
        if from.len() != to.columns.len() {
            let (have, want) = (from.len(), to.columns.len());
            let message = format!("the foreign key has {have} columns and points at {want}");
            errors.at(to.table.span(), message);
        }
        let mut known = true;
        for (at, name) in to.columns.iter().enumerate() {
            let Some(column) = self.column_of(table, name, errors) else {
                known = false;
                continue;
            };
            if let Some(own) = from.get(at).filter(|own| own.ty != column.ty) {
                let (table, ty) = (&table.name, &column.ty);
                errors
                    .at(
                        own.ty.span,
                        format_args!(
                            "`{}` is `{}`, but `{table}.{name}` is `{ty}`",
                            own.name, own.ty
                        ),
                    )
                    .help(format_args!("{}: {ty}", own.name));
            }
        }
        if known && !is_key(table, &to.columns) {
            let columns = join(&to.columns);
            errors
                .at(
                    to.table.span(),
                    format_args!("`{}({columns})` is neither a primary key nor unique", table.name),
                )
                .note("a foreign key points at columns that identify one row");
        }
    }

    /// Reports a claim on an object that an earlier change still needs as it is.
    /// Returns the migrations whose declared contract must have run before this one starts.
    pub(crate) fn claim(&self, claim: &Claim, errors: &mut Errors) -> Vec<String> {
        let mut wait = Vec::new();
        for hold in self.holds.iter().filter(|hold| covers(&hold.object, &claim.object)) {
            match (&hold.by, self.is_declared(hold)) {
                (Author::Earlier(migration), true) => wait.push(migration.clone()),
                _ => wait_for_contract(hold, report(hold, claim.span, errors)),
            }
        }
        wait
    }

    fn is_declared(&self, hold: &Hold) -> bool {
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

    /// What of the schema `table` holds a relation's name: a table, an index, or a constraint
    /// that has an index.
    pub(crate) fn relation(&self, table: &TableName, name: &str) -> Option<Object> {
        self.tables_that_mention(name)
            .filter(|other| other.name.schema() == table.schema())
            .find_map(|other| {
                if other.name.name == *name {
                    return Some(Object::table(&other.name));
                }
                let indexes = other.indexes.iter().filter_map(|index| index.name.as_ref());
                let keys =
                    other.constraints.iter().filter_map(|constraint| match constraint.rule {
                        Rule::PrimaryKey(_) | Rule::Unique(_) => constraint.name.as_ref(),
                        _ => None,
                    });
                indexes
                    .chain(keys)
                    .find(|found| **found == *name)
                    .map(|found| Object::index(&other.name, found))
            })
    }
}

fn is_key(table: &Table, columns: &[Name]) -> bool {
    let same = |key: &[Name]| {
        key.len() == columns.len() && key.iter().all(|column| columns.contains(column))
    };
    table.constraints.iter().any(|constraint| match &constraint.rule {
        Rule::PrimaryKey(key) | Rule::Unique(key) => same(key),
        _ => false,
    })
}

/// Whether a hold on one object stands in the way of a claim on another.
fn covers(held: &Object, claimed: &Object) -> bool {
    match (held, claimed) {
        (Object::Table(held), Object::Column(table, _)) => held == table,
        (Object::Column(table, _), Object::Table(claimed)) => table == claimed,
        // A schema goes after what is in it.
        (_, Object::Entity(Kind::Schema, schema, _)) => {
            held == claimed || held.schema() == Some(schema)
        }
        _ => held == claimed,
    }
}

/// Reports that an object is on its way out, or changing, where a change needs it as it was.
fn report<'a>(hold: &Hold, span: Span, errors: &'a mut Errors) -> &'a mut Diagnostic {
    let by = match &hold.by {
        Author::Earlier(migration) => format!("`{migration}`"),
        Author::Present => "this migration".to_owned(),
    };
    let object = &hold.object;
    match &hold.role {
        Role::Retiring { .. } => errors.at(span, format_args!("{object} is retired by {by}")),
        Role::Synced => {
            errors.at(span, format_args!("{object} is in the hands of {by} until its contract"))
        }
    }
}

/// Says what to use in the place of something that goes.
fn use_successor(hold: &Hold, error: &mut Diagnostic) {
    if let Role::Retiring { successor: Some(name) } = &hold.role {
        error.help(format_args!("use `{name}`"));
    }
}

/// Says when something may be changed again.
fn wait_for_contract(hold: &Hold, error: &mut Diagnostic) {
    match &hold.by {
        Author::Earlier(migration) => error.help(format_args!("contract!({migration}); first")),
        Author::Present => error.help("a migration of its own, after the contract of this one"),
    };
}
