//! `add_unique!(users(email))`: catalog B5.

use proc_macro2::Span;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema, names};
use crate::plan::Direct;
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::attach;
use crate::plan::safe::violation;
use crate::plan::sql::constraint;
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::tables::constraint::{Constraint, Rule, parse_columns};
use crate::syntax::words::name::join;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct AddUnique {
    table: TableName,
    constraint: Constraint,
    name: Name,
}

impl Operation for AddUnique {
    /// Whether the table is partitioned.
    type Facts = bool;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table: TableName = input.parse()?;
        let columns = parse_columns(input)?;
        let mut constraint = Constraint::of(Rule::Unique(columns), table.span());
        constraint.parse_options(input, errors, Some(("fill", &mut refuse_fill)));
        let name = names::complete_constraint(&table, &mut constraint);
        Ok(AddUnique { table, constraint, name })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        let columns = self.constraint.named_columns().into_iter().cloned();
        schema.assume(&self.table, columns.map(ColumnDef::bare));
    }

    fn claims(&self) -> Vec<Claim> {
        let span = self.name.span;
        vec![
            Object::constraint(&self.table, &self.name).at(span),
            Object::index(&self.table, &self.name).at(span),
        ]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<bool> {
        let table = schema.table(&self.table, errors)?;
        schema.new_constraint(table, &self.constraint, errors);
        Some(table.partition_by.is_some())
    }

    fn plan(&self, _: &bool, _: Position) -> Plan {
        let help = "mend these rows, and the builds that write such";
        let mut steps: Vec<_> =
            violation::require(&self.table, &self.constraint, &[], help).into_iter().collect();
        steps.extend(attach::steps(&self.table, &self.constraint));
        let note = format!(
            "from the second scan of the index build on, a write of a `{}` that another row has \
             fails (23505), by old builds too",
            join(self.constraint.columns())
        );
        let notes = [note].into_iter().chain(constraint::note(&self.constraint)).collect();
        Plan::noting(steps, notes)
    }

    fn direct(&self, _: &bool) -> Option<Direct> {
        let step = attach::at_once(&self.table, &self.constraint, None);
        Some(Direct::of(self.table.clone(), step))
    }

    fn only_direct(&self, is_partitioned: &bool) -> Option<(Span, &'static str)> {
        is_partitioned.then(|| (self.table.span(), attach::KEY_OF_PARTITIONS))
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(&self.table, |table| table.constraints.push(self.constraint.clone()));
    }
}

/// A trigger sees no row that another transaction has not committed yet: two builds that write one
/// value at the same moment would both keep it, and the index build would fail.
fn refuse_fill(input: ParseStream) -> syn::Result<()> {
    let message = "a unique constraint has no fill\n\
        help: mend the rows before, and the builds that write equal ones\n\
        note: a trigger cannot see what another transaction is about to commit";
    Err(input.error(message))
}
