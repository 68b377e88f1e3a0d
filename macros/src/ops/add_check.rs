//! `add_check!(orders, "total >= 0")`: catalog B1.

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema, names};
use crate::plan::Direct;
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::attach;
use crate::plan::safe::repair::Repair;
use crate::plan::safe::violation;
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::values::assignment::{self, Assignment};
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;

pub(crate) struct AddCheck {
    table: TableName,
    constraint: Constraint,
    name: Name,
    /// What mends a row that breaks it.
    fill: Vec<Assignment>,
}

impl Operation for AddCheck {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table: TableName = input.parse()?;
        input.parse::<Token![,]>()?;
        let check: Sql = input.parse()?;
        let span = check.span;
        let mut constraint = Constraint::of(Rule::Check(check), span);
        let mut fill = Vec::new();
        let mut read_fill = assignment::fill(&mut fill, &[]);
        constraint.parse_options(input, errors, Some(("fill", &mut read_fill)));
        drop(read_fill);
        let name = names::complete_constraint(&table, &mut constraint);
        Ok(AddCheck { table, constraint, name, fill })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        let columns = self.fill.iter().map(|item| ColumnDef::bare(item.column.clone()));
        schema.assume(&self.table, columns);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::constraint(&self.table, &self.name).at(self.name.span)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let table = schema.table(&self.table, errors)?;
        schema.new_constraint(table, &self.constraint, errors);
        schema.fill(table, &self.fill, errors);
        assignment::check_proves(&self.constraint, &self.fill, errors);
        Some(())
    }

    fn plan(&self, (): &(), at: Position) -> Plan {
        let (table, constraint) = (&self.table, &self.constraint);
        if let Some(repair) = self.repair(at) {
            let mut steps = vec![repair.begin(), repair.backfill()];
            steps.extend(attach::steps(table, constraint));
            steps.push(repair.end());
            let note = format!(
                "until the contract, a write of a row that breaks `{}` is mended, and reads back \
                 as other than was written; then it fails (23514)",
                self.name
            );
            return Plan::noting(steps, vec![note]);
        }
        let note = format!(
            "a write of a row that breaks `{}` fails (23514) from the start of migrate on, by old \
             builds too",
            self.name
        );
        if constraint.terms.not_valid {
            let note = note + ", and that of an old row which breaks it and is not mended";
            return Plan::noting(attach::steps(table, constraint), vec![note]);
        }
        let help = "mend these rows, and the builds that write such; `fill(…)` does both";
        let mut steps: Vec<_> =
            violation::require(table, constraint, &[], help).into_iter().collect();
        steps.extend(attach::steps(table, constraint));
        Plan::noting(steps, vec![note + ": with `fill` it would be mended instead"])
    }

    fn direct(&self, (): &()) -> Option<Direct> {
        let repair = self.repair(Position { migration: 0, change: 0 });
        let step = attach::at_once(&self.table, &self.constraint, repair.as_ref());
        Some(Direct::of(self.table.clone(), step))
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(&self.table, |table| table.constraints.push(self.constraint.clone()));
        schema.hold_fill(&self.table, &self.constraint, &self.fill);
    }
}

impl AddCheck {
    fn repair(&self, at: Position) -> Option<Repair<'_>> {
        let fill = Some(&self.fill).filter(|fill| !fill.is_empty())?;
        Repair::of(&self.table, &self.constraint, &[], fill, at)
    }
}
