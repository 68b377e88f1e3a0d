//! Looking up what a change names, with the errors that a wrong name gives.

use proc_macro2::Span;

use crate::diag::{Diagnostic, Errors};
use crate::model::entity::Kind;
use crate::model::{Author, Claim, Hold, Object, Role, Schema};
use crate::syntax::assignment::Assignment;
use crate::syntax::column::Column;
use crate::syntax::constraint::{Constraint, join};
use crate::syntax::name::{ColumnName, Name, TableName};
use crate::syntax::reference::{Action, Reference};
use crate::syntax::table::Table;
use crate::syntax::target::Target;
use crate::syntax::types::Type;

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

    /// The constraint that a change names: `orders.orders_total_check`.
    pub(crate) fn constraint(
        &self,
        name: &ColumnName,
        errors: &mut Errors,
    ) -> Option<(&Table, &Constraint)> {
        let table = self.table(&name.table, errors)?;
        let wanted = |item: &&Constraint| item.name.as_ref() == Some(&name.name);
        if let Some(found) = table.constraints.iter().find(wanted) {
            return Some((table, found));
        }
        let span = name.name.span;
        let claim = Object::constraint(&table.name, &name.name).at(span);
        if !self.retiring(&claim, errors) && !self.may_be_unread(&name.name) {
            let names = table.constraints.iter().filter_map(|item| item.name.as_ref());
            errors
                .at(span, format_args!("table `{}` has no constraint `{}`", table.name, name.name))
                .nearest(&name.name.text, names.map(|name| name.text.as_str()));
        }
        None
    }

    /// Whether a table can take another constraint: its columns are there, and its name is free.
    /// `span` is where its name comes from.
    pub(crate) fn new_constraint(
        &self,
        table: &Table,
        constraint: &Constraint,
        errors: &mut Errors,
    ) {
        for column in constraint.named_columns() {
            self.column_of(table, column, errors);
        }
        self.expressions_of_constraint(constraint, table, errors);
        if let Some(error) = self.free_name(table, constraint, errors) {
            error.help("name = another_name");
        }
    }

    /// Reports a name that another constraint of the table has, or, for one with an index, another
    /// relation.
    pub(crate) fn free_name<'a>(
        &self,
        table: &Table,
        constraint: &Constraint,
        errors: &'a mut Errors,
    ) -> Option<&'a mut Diagnostic> {
        let name = constraint.name.as_ref()?;
        let mut others = table.constraints.iter().filter_map(|other| other.name.as_ref());
        let relation = constraint.has_index().then(|| self.relation(&table.name, &name.text));
        let taken = match others.find(|other| *other == name) {
            Some(_) => Some(Object::constraint(&table.name, name)),
            None => relation.flatten(),
        };
        taken.map(|taken| errors.at(name.span, format_args!("{taken} exists already")))
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
        self.pointing_at(table, from, to, errors, |own, ty| format!("{}: {ty}", own.name));
    }

    /// `mend` says how a column becomes of the type that it must have.
    pub(crate) fn pointing_at(
        &self,
        table: &Table,
        from: &[&Column],
        to: &Reference,
        errors: &mut Errors,
        mend: impl Fn(&Column, &Type) -> String,
    ) {
        if from.len() != to.columns.len() {
            let (have, want) = (from.len(), to.columns.len());
            let columns = |count| if count == 1 { "column" } else { "columns" };
            let message =
                format!("the foreign key has {have} {} and points at {want}", columns(have));
            errors.at(to.table.span(), message);
        }
        for set in to.on_delete.iter().flat_map(|effect| &effect.columns) {
            if !from.iter().any(|own| own.name == *set) {
                errors
                    .at(set.span, format_args!("`{set}` is no column of the foreign key"))
                    .nearest(&set.text, from.iter().map(|own| own.name.text.as_str()));
            }
        }
        if let Some(effect) = to.on_delete.as_ref().filter(|it| it.action == Action::SetNull) {
            let is_set =
                |own: &&&Column| effect.columns.is_empty() || effect.columns.contains(&own.name);
            for own in from.iter().filter(is_set).filter(|own| own.not_null) {
                errors
                    .at(
                        effect.span,
                        format_args!("`set_null` on column `{}`, which is not null", own.name),
                    )
                    .help("one of `restrict`, `cascade`");
            }
        }
        let mut known = true;
        for (at, name) in to.columns.iter().enumerate() {
            let Some(column) = self.column_of(table, name, errors) else {
                known = false;
                continue;
            };
            if let Some(own) = from.get(at).filter(|own| own.ty != column.ty) {
                let (table, ty) = (&table.name, &column.ty);
                let message =
                    format!("`{}` is `{}`, but `{table}.{name}` is `{ty}`", own.name, own.ty);
                errors.at(own.ty.span, message).help(mend(own, ty));
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

    /// What a constraint's `fill` sets: columns that can take a value.
    pub(crate) fn fill(&self, table: &Table, fill: &[Assignment], errors: &mut Errors) {
        for (at, item) in fill.iter().enumerate() {
            let (name, value) = (&item.column, &item.value);
            let Some(column) = self.column_of(table, name, errors) else { continue };
            if fill[..at].iter().any(|earlier| earlier.column == *name) {
                errors.at(name.span, format_args!("`{name}` is set twice"));
            }
            if column.generated.is_some() {
                errors
                    .at(name.span, format_args!("column `{name}` gets its value from PostgreSQL"));
            }
            if column.not_null && value.text.eq_ignore_ascii_case("null") {
                errors.at(value.span, format_args!("column `{name}` is not null"));
            }
            self.expression(table, value, errors);
        }
    }

    /// A table with a foreign key that points at this key of `table`.
    pub(crate) fn points_at_key<'a>(&'a self, table: &'a Table, key: &[Name]) -> Option<&'a Table> {
        let points = |other: &&Table| {
            other.constraints.iter().filter_map(Constraint::reference).any(|to| {
                to.table == table.name
                    && to.columns.len() == key.len()
                    && to.columns.iter().all(|name| key.contains(name))
            })
        };
        self.tables_that_mention(&table.name.name.text).find(points)
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
        for other in self.tables_that_mention(&table.name.name.text) {
            if other.points_at(&table.name, Some(name)) {
                errors.at(
                    name.span,
                    format_args!("a foreign key of `{}` points at column `{column}`", other.name),
                );
            }
        }
    }

    /// Reports a claim on an object that an earlier change still needs as it is.
    /// Returns the migrations whose declared contract must have run before this one starts.
    pub(crate) fn claim(&self, claim: &Claim, errors: &mut Errors) -> Vec<String> {
        let mut wait = Vec::new();
        let stands = |hold: &&Hold| {
            covers(&hold.object, &claim.object) && !matches!(hold.role, Role::Read { .. })
        };
        for hold in self.holds.iter().filter(stands) {
            match (&hold.by, self.is_declared(hold)) {
                (Author::Earlier(migration), true) => wait.push(migration.clone()),
                _ => wait_for_contract(hold, report(hold, claim.span, errors)),
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
                let keys = other.constraints.iter().filter(|item| item.has_index());
                let keys = keys.filter_map(|item| item.name.as_ref());
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
    let indexes = table.indexes.iter().filter(|index| index.is_key());
    table.constraints.iter().filter_map(Constraint::key).any(same)
        || indexes
            .map(|index| index.key_columns().cloned().collect::<Vec<_>>())
            .any(|key| same(&key))
}

/// Whether a hold on one object stands in the way of a claim on another.
fn covers(held: &Object, claimed: &Object) -> bool {
    match (held, claimed) {
        (Object::Table(held), Object::Column(table, _) | Object::Constraint(table, _)) => {
            held == table
        }
        (Object::Column(table, _) | Object::Constraint(table, _), Object::Table(claimed)) => {
            table == claimed
        }
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
        Role::Synced | Role::Replaced | Role::Read { .. } => {
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
