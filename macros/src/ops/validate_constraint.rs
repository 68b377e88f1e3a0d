//! `validate_constraint!(orders.orders_total_check)`: catalog B1 and B4.

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::attach;
use crate::plan::safe::violation;
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::values::comparison::Comparison;
use crate::syntax::words::name::ColumnName;

pub(crate) struct ValidateConstraint {
    name: ColumnName,
    /// What it is, where no history tells.
    stated: Option<Constraint>,
}

pub(crate) struct Facts {
    constraint: Constraint,
    /// How the columns of a foreign key are compared with those that it points at.
    how: Vec<Comparison>,
}

impl Operation for ValidateConstraint {
    type Facts = Facts;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let name = ColumnName::parse_constraint(input)?;
        let mut stated = None;
        if input.peek(Token![:]) {
            input.parse::<Token![:]>()?;
            stated = Some(Constraint::parse_item(input, errors)?);
        }
        Ok(ValidateConstraint { name, stated })
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        let Some(stated) = &self.stated else {
            errors
                .at(
                    self.name.name.span,
                    "outside a migration it is not known what the constraint is",
                )
                .help(format_args!("{}: check(\"…\")", self.name));
            return;
        };
        let mut constraint = Constraint { name: Some(self.name.name.clone()), ..stated.clone() };
        constraint.terms.not_valid = true;
        schema.assume(&self.name.table, []);
        schema.alter(&self.name.table, |table| table.constraints.push(constraint));
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::constraint(&self.name.table, &self.name.name).at(self.name.name.span)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let (table, constraint) = schema.constraint(&self.name, errors)?;
        if !constraint.terms.not_valid {
            let message = format!("constraint `{}` is valid already", self.name);
            errors.at(self.name.name.span, message);
        }
        let how = schema.comparisons(table, constraint.columns());
        Some(Facts { constraint: constraint.clone(), how })
    }

    fn plan(&self, Facts { constraint, how }: &Facts, _: Position) -> Plan {
        let table = &self.name.table;
        let help = "mend or delete these rows: no newer ones break it";
        let look = violation::require(table, constraint, how, help);
        Plan::of(look.into_iter().chain(attach::prove(table, constraint)).collect())
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(&self.name.table, |table| {
            let named = |item: &&mut Constraint| item.name.as_ref() == Some(&self.name.name);
            if let Some(constraint) = table.constraints.iter_mut().find(named) {
                constraint.terms.not_valid = false;
            }
        });
    }
}
