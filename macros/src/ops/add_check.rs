//! `add_check!(orders, "total >= 0")`: catalog B1.

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::direct::Direct;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema, names};
use crate::ops::{Operation, Plan};
use crate::plan::{attach, violation};
use crate::syntax::constraint::{Constraint, Rule};
use crate::syntax::name::{Name, TableName};
use crate::syntax::sql::Sql;

pub(crate) struct AddCheck {
    table: TableName,
    constraint: Constraint,
    name: Name,
}

impl Operation for AddCheck {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table: TableName = input.parse()?;
        input.parse::<Token![,]>()?;
        let check: Sql = input.parse()?;
        let span = check.span;
        let mut constraint = Constraint::of(Rule::Check(check), span);
        constraint.parse_options(input, errors, None);
        let name = names::complete_constraint(&table, &mut constraint);
        Ok(AddCheck { table, constraint, name })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(&self.table, []);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::constraint(&self.table, &self.name).at(self.name.span)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let table = schema.table(&self.table, errors)?;
        schema.new_constraint(table, &self.constraint, errors);
        Some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let help = "mend these rows, and the builds that write such";
        let mut steps: Vec<_> =
            violation::require(&self.table, &self.constraint, help).into_iter().collect();
        steps.extend(attach::steps(&self.table, &self.constraint));
        let note = format!(
            "a write of a row that breaks `{}` fails (23514) from the start of migrate on, by old builds too",
            self.name
        );
        Plan::noting(steps, vec![note])
    }

    fn direct(&self, (): &()) -> Option<Direct> {
        let step = attach::at_once(&self.table, &self.constraint);
        Some(Direct { table: self.table.clone(), step })
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(&self.table, |table| table.constraints.push(self.constraint.clone()));
    }
}
