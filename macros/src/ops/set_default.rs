//! `set_default!(orders.status, "new")`: catalog A11.

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::expressions::expression::Clause;
use crate::model::names::Position;
use crate::model::{Claim, Facet, Object, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::ddl;
use crate::plan::{Phase, Step};
use crate::syntax::tables::column::Column;
use crate::syntax::values::default::Default;
use crate::syntax::words::target::Target;

pub(crate) struct SetDefault {
    target: Target,
    default: Default,
}

impl Operation for SetDefault {
    /// The column as it was.
    type Facts = Column;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let target = Target::parse(input, errors)?;
        input.parse::<Token![,]>().map_err(|error| {
            let message = format!("{error}\nhelp: `set_default!({}, \"…\")`", target.name);
            syn::Error::new(error.span(), message)
        })?;
        Ok(SetDefault { target, default: input.parse()? })
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        if self.target.stated.is_none() {
            errors
                .at(self.target.span(), "outside a migration the column's type is not known")
                .help(format_args!("{}: text", self.target.name));
        }
        schema.assume_target(&self.target);
    }

    fn claims(&self) -> Vec<Claim> {
        let column = Object::column(self.target.table(), self.target.column());
        vec![column.at(self.target.span()).of(Facet::Default)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Column> {
        let (table, column) = schema.target(&self.target, errors)?;
        self.default.check(&column.ty, errors);
        if let Some(sql) = self.default.computed() {
            schema.clause(Clause::Default, table, sql, errors);
            schema.check_literal(&column.ty, sql, errors);
        }
        schema.check_default(&column.ty, &self.default, errors);
        if column.identity.is_some() || column.generated.is_some() {
            errors
                .at(
                    self.target.span(),
                    format_args!("column `{}` gets its value from PostgreSQL", self.target.name),
                )
                .note("an identity or generated column has no default of its own");
        }
        Some(column.clone())
    }

    fn plan(&self, was: &Column, _: Position) -> Plan {
        let (table, name) = (self.target.table(), self.target.column());
        let undo = match &was.default {
            Some(default) => ddl::set_default(table, name, &default.sql()),
            None => ddl::drop_default(table, name),
        };
        let set = ddl::set_default(table, name, &self.default.sql());
        let why = "for new rows; those that are there keep their values";
        let step = Step::transaction(Phase::Expand, why, vec![set]).undo(vec![undo]);
        Plan::of(vec![step])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(self.target.table(), |table| {
            if let Some(column) = table.column_mut(&self.target.column().text) {
                column.default = Some(self.default.clone());
            }
        });
    }
}
