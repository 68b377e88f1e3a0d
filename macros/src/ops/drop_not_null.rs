//! `drop_not_null!(users.email, fill = "…")`: catalog B3.

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

pub(crate) struct DropNotNull {
    target: Target,
    /// What takes a null's place until the contract, for builds that expect none.
    fill: Option<Sql>,
}

impl Operation for DropNotNull {
    type Facts = Column;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let target = Target::parse(input, errors)?;
        let mut fill = None;
        options(input, errors, &mut [("fill", &mut value(&mut fill))]);
        Ok(DropNotNull { target, fill })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume_target(&self.target);
        schema.alter(self.target.table(), |table| {
            table.columns.iter_mut().for_each(|column| column.not_null = true);
        });
    }

    fn claims(&self) -> Vec<Claim> {
        let column = Object::column(self.target.table(), self.target.column());
        vec![column.at(self.target.span()).of(Facet::NotNull)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Column> {
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
        schema.keeps_identity_of(table, &column.name, span, errors);
        if let Some(fill) = &self.fill {
            schema.expression(table, fill, errors);
            schema.check_literal(&column.ty, fill, errors);
        }
        Some(column.clone())
    }

    fn plan(&self, column: &Column, at: Position) -> Plan {
        let loosen = not_null::loosen(self.target.table(), column);
        let Some(fill) = Fill::of(&self.target, self.fill.as_ref(), at) else {
            let note =
                "a build that does not expect nulls will read them once a newer one writes them";
            return Plan::noting(loosen, vec![note.into()]);
        };
        let why = "a null never gets into the table until the contract";
        let mut steps =
            vec![Step::transaction(Phase::Expand, why, fill.install()).undo(fill.remove())];
        steps.extend(loosen);
        let why = "builds that expect no nulls are gone";
        steps.push(Step::transaction(Phase::Contract, why, fill.remove()));
        let note = format!(
            "until the contract a null that is written to `{}` becomes what `fill` gives, and stays so",
            self.target.name
        );
        Plan::noting(steps, vec![note])
    }

    fn direct(&self, column: &Column) -> Option<Direct> {
        if self.fill.is_some() {
            return None;
        }
        let table = self.target.table().clone();
        let step = one_step::drop_not_null(&table, self.target.column());
        let help = "give them a value, or keep the column as it is";
        let nulls = not_null::required(&table, column, help);
        Some(Direct::of(table, step).asking([nulls]))
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(self.target.table(), |table| {
            if let Some(column) = table.column_mut(&self.target.column().text) {
                (column.not_null, column.not_null_name) = (false, None);
            }
        });
        if let Some(fill) = &self.fill {
            schema.hold(Object::column(self.target.table(), self.target.column()), Role::Filled);
            schema.hold_read(self.target.table(), fill);
        }
    }
}
