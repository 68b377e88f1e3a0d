//! `set_not_null!(users.email, fill = "…")`: catalog B2.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Role, Schema};
use crate::ops::{Operation, Plan};
use crate::plan::Direct;
use crate::plan::fill::Fill;
use crate::plan::{Phase, Step, at_once, not_null};
use crate::syntax::list::{options, value};
use crate::syntax::sql::Sql;
use crate::syntax::target::Target;

pub(crate) struct SetNotNull {
    target: Target,
    /// The value of rows that have none; without it there must be none.
    fill: Option<Sql>,
}

impl Operation for SetNotNull {
    type Facts = ();

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
        vec![Object::column(self.target.table(), self.target.column()).at(self.target.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let (table, column) = schema.target(&self.target, errors)?;
        if column.not_null {
            errors.at(
                self.target.span(),
                format_args!("column `{}` is not null already", self.target.name),
            );
        }
        if let Some(fill) = &self.fill {
            schema.expression(table, fill, errors);
        }
        Some(())
    }

    fn plan(&self, (): &(), at: Position) -> Plan {
        let mut steps = Vec::new();
        let mut notes = Vec::new();
        if let Some(fill) = Fill::of(&self.target, self.fill.as_ref(), at) {
            let why = "what builds write that know no better, until the contract";
            steps.push(Step::transaction(Phase::Expand, why, fill.install()).undo(fill.remove()));
            steps.push(fill.backfill());
        } else {
            let help = format!(
                "give them one, or let the plan do it: `set_not_null!({}, fill = \"…\")`",
                self.target.name
            );
            let (table, column) = (self.target.table(), self.target.column());
            steps.push(not_null::require(table, column, &help));
            notes.push(format!(
                "a write of a null to `{}` fails from the start of migrate on, by old builds too: \
                 with `fill` it would get a value instead",
                self.target.name
            ));
        }
        steps.extend(not_null::tighten(self.target.table(), self.target.column()));
        if let Some(fill) = Fill::of(&self.target, self.fill.as_ref(), at) {
            let why = "builds that write nulls are gone";
            steps.push(Step::transaction(Phase::Contract, why, fill.remove()));
        }
        Plan::noting(steps, notes)
    }

    fn direct(&self, (): &()) -> Option<Direct> {
        let table = self.target.table().clone();
        let step = at_once::set_not_null(&table, self.target.column(), self.fill.as_ref());
        Some(Direct { table, step })
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(self.target.table(), |table| {
            if let Some(column) = table.column_mut(&self.target.column().text) {
                column.not_null = true;
            }
        });
        if let Some(fill) = &self.fill {
            schema.hold(Object::column(self.target.table(), self.target.column()), Role::Synced);
            schema.hold_read(self.target.table(), fill);
        }
    }
}
