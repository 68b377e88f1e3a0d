//! What a column under a new name cannot be, or take over.

use proc_macro2::Span;

use super::RenameColumn;
use crate::diag::Errors;
use crate::model::Schema;
use crate::plan::safe::attach;
use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::table::Table;
use crate::syntax::values::default::Default;
use crate::syntax::words::name::{Name, join};

impl RenameColumn {
    /// A type that differs needs both expressions, and they need each other.
    pub(super) fn check_conversion(&self, old: &Column, errors: &mut Errors) {
        let other_type = self.stated.as_ref().filter(|def| def.column.ty != old.ty);
        match (&self.up, &self.down, other_type) {
            (Some(given), None, _) => {
                errors
                    .at(
                        given.span,
                        "`up` without `down`: what new builds write would never reach old ones",
                    )
                    .help(format_args!("down = {:?}", self.new.plain()));
            }
            (None, Some(given), _) => {
                errors
                    .at(
                        given.span,
                        "`down` without `up`: what old builds write would never reach new ones",
                    )
                    .help(format_args!("up = {:?}", self.old.name.plain()));
            }
            (None, None, Some(def)) => {
                let ty = &def.column.ty;
                errors
                    .at(ty.span, format_args!("column `{}` is `{}`, not `{ty}`", self.old, old.ty))
                    .help(format_args!(
                        "up = {:?}, down = {:?}",
                        ty.cast(&self.old.name),
                        old.ty.cast(&self.new)
                    ));
            }
            (Some(_), Some(_), _) | (None, None, None) => {}
        }
    }

    /// Reports what is stated and would be passed over.
    pub(super) fn check_stated(&self, table: &Table, old: &Column, errors: &mut Errors) {
        let Some(def) = &self.stated else { return };
        let held = table.constraints.iter().filter(|item| item.needs(&old.name.text)).count();
        if def.inline.len() > held {
            errors
                .at(self.new.span, "a rename adds no constraint")
                .help("a change of its own, after the contract of this one");
        }
        let column = &def.column;
        let default = |column: &Column| column.default.as_ref().map(Default::sql);
        let other_default = column.default.is_some() && default(column) != default(old);
        let same_type = column.ty == old.ty;
        if same_type && self.up.is_none() && (other_default || column.not_null != old.not_null) {
            errors
                .at(self.new.span, "a rename changes neither NOT NULL nor the default")
                .help(format_args!("{} => {}", self.old, self.new));
        }
    }

    /// Reports what the new column cannot take over.
    pub(super) fn check_held(
        &self,
        schema: &Schema,
        table: &Table,
        old: &Column,
        errors: &mut Errors,
    ) {
        let (span, name) = (self.old.name.span, &self.old);
        if old.identity.is_some() || old.generated.is_some() {
            errors
                .at(span, format_args!("column `{name}` gets its value from PostgreSQL"))
                .note("a trigger cannot keep an identity or generated column equal to another");
        }
        for constraint in table.constraints.iter().filter(|item| item.needs(&old.name.text)) {
            if matches!(constraint.rule, Rule::PrimaryKey(_)) {
                errors
                    .at(span, format_args!("column `{name}` is part of the primary key"))
                    .note("rows, foreign keys and replication are identified by it");
            } else if matches!(constraint.rule, Rule::Exclude(_)) {
                errors
                    .at(span, format_args!("column `{name}` is part of an exclusion constraint"))
                    .note("PostgreSQL builds one for the new column while nobody can write alone");
            } else if self.up.is_some() {
                refuse_conversion(span, constraint.name.as_ref(), errors);
            } else if let Some(reason) = attach::copied_only_direct(table, constraint) {
                self.refuse_copy(table, constraint, reason, errors);
            }
        }
        for index in table.indexes.iter().filter(|item| item.needs(&old.name.text)) {
            if self.up.is_some() {
                refuse_conversion(span, index.name.as_ref(), errors);
            }
        }
        schema.needed_elsewhere(table, name, errors);
        schema.has_no_privileges(name, errors);
    }

    /// A copy of such a constraint would be made while nobody can write.
    fn refuse_copy(
        &self,
        table: &Table,
        constraint: &Constraint,
        reason: &str,
        errors: &mut Errors,
    ) {
        let (Some(name), on) = (&constraint.name, &table.name) else { return };
        let drop = format!("drop_constraint!({on}.{name}); and its contract first");
        let help = match &constraint.rule {
            // An index keeps values apart as well, and can be copied.
            Rule::Unique(columns) if table.partition_by.is_some() => {
                format!("add_index!({on}({}), unique); then {drop}", join(columns))
            }
            Rule::Unique(_) => {
                let again = constraint.with_column(&self.old.name, &self.new);
                let Rule::Unique(columns) = &again.rule else { return };
                let options = format!("{}, name = {name}", again.terms);
                format!(
                    "{drop}, and add_unique!({on}({}){options}); after the contract of this one",
                    join(columns)
                )
            }
            _ => drop,
        };
        errors
            .at(self.old.name.span, format_args!("`{name}` needs the column, and cannot be copied"))
            .help(help)
            .note(reason);
    }
}

fn refuse_conversion(span: Span, name: Option<&Name>, errors: &mut Errors) {
    let Some(name) = name else { return };
    errors
        .at(
            span,
            format_args!("`{name}` needs the column, and would not fit what `up` makes of it"),
        )
        .help(format_args!("drop `{name}` first and add it again on the new column"))
        .note("it is about the old values, and both columns stay in use until the contract");
}
