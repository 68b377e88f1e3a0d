//! `set_not_null!(users.email, fill = "…")`: catalog B2.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Facet, Object, Role, Schema};
use crate::plan::Direct;
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::not_null;
use crate::plan::safe::one_step;
use crate::plan::triggers::fill::Fill;
use crate::plan::{Phase, Step};
use crate::syntax::tables::column::Column;
use crate::syntax::words::list::{options, value};
use crate::syntax::words::sql::Sql;
use crate::syntax::words::target::Target;

pub(crate) struct SetNotNull {
    target: Target,
    /// The value of rows that have none; without it there must be none.
    fill: Option<Sql>,
}

impl Operation for SetNotNull {
    type Facts = Column;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let target = Target::parse(input, errors)?;
        let mut fill = None;
        options(input, errors, &mut [("fill", &mut value(&mut fill))]);
        Ok(SetNotNull { target, fill })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume_target(&self.target);
    }

    fn claims(&self) -> Vec<Claim> {
        let column = Object::column(self.target.table(), self.target.column());
        vec![column.at(self.target.span()).of(Facet::NotNull)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Column> {
        let (table, column) = schema.target(&self.target, errors)?;
        if column.not_null {
            errors.at(
                self.target.span(),
                format_args!("column `{}` is not null already", self.target.name),
            );
        }
        if let Some(fill) = &self.fill {
            schema.expression(table, fill, errors);
            schema.check_literal(&column.ty, fill, errors);
        }
        Some(column.clone())
    }

    fn plan(&self, column: &Column, at: Position) -> Plan {
        let mut steps = Vec::new();
        let mut notes = Vec::new();
        if let Some(fill) = self.filler(column, at) {
            let why = "what builds write that know no better, until the contract";
            steps.push(Step::transaction(Phase::Expand, why, fill.install()).undo(fill.remove()));
            steps.push(fill.backfill());
        } else {
            let help = format!(
                "give them one, or let the plan do it: `set_not_null!({}, fill = \"…\")`",
                self.target.name
            );
            steps.push(not_null::require(self.target.table(), column, &help));
            notes.push(format!(
                "a write of a null to `{}` fails from the start of migrate on, by old builds too: \
                 with `fill` it would get a value instead",
                self.target.name
            ));
        }
        steps.extend(not_null::tighten(self.target.table(), column));
        if let Some(fill) = self.filler(column, at) {
            let why = "builds that write nulls are gone";
            steps.push(Step::transaction(Phase::Contract, why, fill.remove()));
        }
        Plan::noting(steps, notes)
    }

    fn direct(&self, column: &Column) -> Option<Direct> {
        let table = self.target.table().clone();
        let step = one_step::set_not_null(&table, column, self.fill.as_ref());
        Some(Direct::of(table, step))
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(self.target.table(), |table| {
            if let Some(column) = table.column_mut(&self.target.column().text) {
                column.not_null = true;
            }
        });
        if let Some(fill) = &self.fill {
            schema.hold(Object::column(self.target.table(), self.target.column()), Role::Filled);
            schema.hold_read(self.target.table(), fill);
        }
    }
}

impl SetNotNull {
    fn filler<'a>(&'a self, column: &'a Column, at: Position) -> Option<Fill<'a>> {
        let fill = Fill::of(&self.target, self.fill.as_ref(), at)?;
        Some(Fill { ty: Some(&column.ty), ..fill })
    }
}
