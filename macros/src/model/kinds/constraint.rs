//! Constraints that a change names or makes, with the errors that a wrong one gives.

use crate::diag::{Diagnostic, Errors};
use crate::model::parts::kind::Kind;
use crate::model::{Claim, Entry, Object, Role, Schema};
use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::reference::{Action, Reference};
use crate::syntax::tables::table::Table;
use crate::syntax::values::assignment::Assignment;
use crate::syntax::values::types::{Family, Type};
use crate::syntax::words::name::join;
use crate::syntax::words::name::{ColumnName, Name, TableName};

impl Schema {
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
        let retiring = [true, false].into_iter().any(|has_index| {
            let object = Object::of_constraint(&table.name, &name.name, has_index);
            self.retiring(&object.at(span), errors)
        });
        if !retiring && !self.may_be_unread(&name.name) {
            let names = table.constraints.iter().filter_map(|item| item.name.as_ref());
            errors
                .at(span, format_args!("table `{}` has no constraint `{}`", table.name, name.name))
                .nearest(&name.name.text, names.map(|name| name.text.as_str()));
        }
        None
    }

    /// Tells whether a table can take another constraint: its columns are there, and its name is
    /// free.
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
        table.check_unproved(constraint, errors);
        if constraint.has_index() {
            table.check_unique_key(constraint.columns(), constraint.span, errors);
        }
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

    /// Checks what a foreign key points at: a table of the model, by a key of it.
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
            let columns = if have == 1 { "column" } else { "columns" };
            let message = format!("the foreign key has {have} {columns} and points at {want}");
            errors.at(to.table.span(), message);
        }
        self.check_effect(from, to, errors);
        let mut known = true;
        for (at, name) in to.columns.iter().enumerate() {
            let Some(column) = self.column_of(table, name, errors) else {
                known = false;
                continue;
            };
            let fits = |own: &Column| {
                own.ty == column.ty || (self.is_baseline && are_compared(&own.ty, &column.ty))
            };
            if let Some(own) = from.get(at).filter(|own| !fits(own)) {
                let (table, ty) = (&table.name, &column.ty);
                let message =
                    format!("`{}` is `{}`, but `{table}.{name}` is `{ty}`", own.name, own.ty);
                errors.at(own.ty.span, message).help(mend(own, ty));
            }
        }
        if known && !is_key(table, &to.columns) {
            let message = format!(
                "`{}({})` is neither a primary key nor unique",
                table.name,
                join(&to.columns)
            );
            errors
                .at(to.table.span(), message)
                .note("a foreign key points at columns that identify one row");
        }
    }

    /// Checks what a key sets when the row that it points at goes: columns of its own, that may be
    /// null.
    fn check_effect(&self, from: &[&Column], to: &Reference, errors: &mut Errors) {
        for set in to.on_delete.iter().flat_map(|effect| &effect.columns) {
            if !from.iter().any(|own| own.name == *set) {
                errors
                    .at(set.span, format_args!("`{set}` is no column of the foreign key"))
                    .nearest(&set.text, from.iter().map(|own| own.name.text.as_str()));
            }
        }
        for own in from.iter().filter(|_| !self.is_baseline) {
            if let Some(action) = sets_null(own, to) {
                errors
                    .at(
                        to.effect_span(),
                        format_args!("`{action}` on column `{}`, which is not null", own.name),
                    )
                    .help("one of `restrict`, `cascade`");
            }
        }
    }

    /// Checks what a constraint's `fill` sets: columns that can take a value.
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
            self.check_literal(&column.ty, value, errors);
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
        self.tables_pointing_at(&table.name).find(points)
    }

    /// Reports foreign keys that set a column to null which the present change lets take none.
    pub(crate) fn check_effects(&self, claims: &[Claim], errors: &mut Errors) {
        let Some(claim) = claims.first().filter(|_| !self.is_baseline) else { return };
        for (name, before) in &self.touched {
            let Some(now) = self.tables.get(name).map(Entry::read) else { continue };
            let known: Vec<_> = before.iter().flat_map(emptied).collect();
            for (key, column, action) in emptied(now) {
                if known.contains(&(key.clone(), column.clone(), action)) {
                    continue;
                }
                errors
                    .at(
                        claim.span,
                        format_args!("foreign key `{key}` of `{name}` sets `{column}` to null, which would take none"),
                    )
                    .help(format_args!(
                        "drop_constraint!({name}.{key}); first, and add it again with `restrict` or `cascade`"
                    ))
                    .note(format_args!(
                        "with `{action}` PostgreSQL would refuse to delete the row that it points at, or to change its key"
                    ));
            }
        }
    }

    /// Holds what the trigger of a constraint's `fill` writes and reads.
    pub(crate) fn hold_fill(
        &mut self,
        table: &TableName,
        constraint: &Constraint,
        fill: &[Assignment],
    ) {
        if fill.is_empty() {
            return;
        }
        if let Some(name) = &constraint.name {
            // Without it the trigger would go on to change what may be written then.
            self.hold(Object::constraint(table, name), Role::Synced);
        }
        if let Some(parent) = constraint.parent() {
            // A trigger that policies hide rows from would take them for missing.
            self.hold(Object::entity(Kind::RowSecurity, parent, Some(parent)), Role::Synced);
        }
        let parent = constraint.reference().into_iter();
        let parent = parent.flat_map(|to| to.columns.iter().map(|name| (&to.table, name)));
        let own = constraint.columns().iter().chain(fill.iter().map(|item| &item.column));
        for (table, column) in own.map(|name| (table, name)).chain(parent) {
            self.hold(Object::column(table, column), Role::Synced);
        }
        for sql in constraint.expressions().into_iter().chain(fill.iter().map(|it| &it.value)) {
            self.hold_read(table, sql);
        }
    }
}

/// Tells whether PostgreSQL compares values of two types in a foreign key, although they are not the
/// same: integers with each other, and texts.
fn are_compared(one: &Type, other: &Type) -> bool {
    use Family::{Integer, Text};
    matches!(
        (&one.family, &other.family),
        (Integer { .. }, Integer { .. }) | (Text { .. }, Text { .. })
    )
}

/// Returns what a key does to a column that takes no null, and that would make it one.
fn sets_null(own: &Column, to: &Reference) -> Option<Action> {
    let makes_null = |action: Action| match action {
        Action::SetNull => own.not_null,
        Action::SetDefault => own.not_null && own.default.is_none(),
        Action::Nothing | Action::Restrict | Action::Cascade => false,
    };
    let on_delete = to
        .on_delete
        .as_ref()
        .filter(|effect| effect.columns.is_empty() || effect.columns.contains(&own.name));
    let on_delete = on_delete.map(|effect| effect.action);
    on_delete.into_iter().chain(to.on_update).find(|action| makes_null(*action))
}

/// The keys that would set a column to null which takes none, and the columns.
fn emptied(table: &Table) -> Vec<(Name, Name, Action)> {
    let mut found = Vec::new();
    for constraint in &table.constraints {
        let (Some(name), Rule::ForeignKey { columns, target }) =
            (&constraint.name, &constraint.rule)
        else {
            continue;
        };
        for column in columns.iter().filter_map(|column| table.column(&column.text)) {
            let action = sets_null(column, target);
            found.extend(action.map(|action| (name.clone(), column.name.clone(), action)));
        }
    }
    found
}

pub(crate) fn is_key(table: &Table, columns: &[Name]) -> bool {
    let same = |key: &[Name]| {
        key.len() == columns.len() && key.iter().all(|column| columns.contains(column))
    };
    let indexes = table.indexes.iter().filter(|index| index.is_key());
    table.constraints.iter().filter_map(Constraint::key).any(same)
        || indexes
            .map(|index| index.key_columns().cloned().collect::<Vec<_>>())
            .any(|key| same(&key))
}
