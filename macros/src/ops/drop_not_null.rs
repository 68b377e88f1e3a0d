//! `drop_not_null!(users.email)`: catalog B3.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema};
use crate::ops::{Operation, Plan};
use crate::plan::Direct;
use crate::plan::{at_once, not_null};
use crate::syntax::target::Target;

pub(crate) struct DropNotNull {
    target: Target,
}

impl Operation for DropNotNull {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(DropNotNull { target: Target::parse(input, errors)? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume_target(&self.target);
        schema.alter(self.target.table(), |table| {
            table.columns.iter_mut().for_each(|column| column.not_null = true);
        });
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::column(self.target.table(), self.target.column()).at(self.target.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let (table, column) = schema.target(&self.target, errors)?;
        let (name, span) = (&self.target.name, self.target.span());
        if !column.not_null {
            errors.at(span, format_args!("column `{name}` may be null already"));
        } else if column.identity.is_some() {
            errors.at(span, format_args!("column `{name}` is an identity, which is never null"));
        } else if table.primary_key().is_some_and(|key| key.columns().contains(&column.name)) {
            errors.at(
                span,
                format_args!("column `{name}` is part of the primary key, which is never null"),
            );
        }
        Some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let (table, column) = (self.target.table(), self.target.column());
        let steps = not_null::loosen(table, column);
        let note = "a build that does not expect nulls will read them once a newer one writes them";
        Plan::noting(steps, vec![note.into()])
    }

    fn direct(&self, (): &()) -> Option<Direct> {
        let table = self.target.table().clone();
        let step = at_once::drop_not_null(&table, self.target.column());
        Some(Direct { table, step })
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(self.target.table(), |table| {
            if let Some(column) = table.column_mut(&self.target.column().text) {
                column.not_null = false;
            }
        });
    }
}
