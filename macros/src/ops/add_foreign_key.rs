//! `add_foreign_key!(orders.customer_id => customers.id)`: catalog B4.

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::direct::Direct;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema, names};
use crate::ops::{Operation, Plan};
use crate::plan::{attach, violation};
use crate::syntax::column::{Column, ColumnDef};
use crate::syntax::constraint::{Constraint, Rule, join};
use crate::syntax::name::{Name, TableName};
use crate::syntax::reference::{Action, Reference, columns_of};
use crate::syntax::table::Table;

pub(crate) struct AddForeignKey {
    table: TableName,
    columns: Vec<Name>,
    target: Reference,
    constraint: Constraint,
    name: Name,
}

impl Operation for AddForeignKey {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let (table, columns) = columns_of(input)?;
        input.parse::<Token![=>]>()?;
        let target = Reference::parse_target(input)?;
        let span = columns.first().map_or(table.span(), |column| column.span);
        let rule = Rule::ForeignKey { columns: columns.clone(), target: target.clone() };
        let mut constraint = Constraint::of(rule, span);
        constraint.parse_options(input, errors, None);
        let target = constraint.reference().cloned().unwrap_or(target);
        let name = names::complete_constraint(&table, &mut constraint);
        Ok(AddForeignKey { table, columns, target, constraint, name })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        let own: Vec<ColumnDef> = self.columns.iter().cloned().map(ColumnDef::bare).collect();
        let from: Vec<Column> = own.iter().map(|def| def.column.clone()).collect();
        schema.assume_key(&self.target, &from);
        if self.target.table == self.table {
            schema.alter(&self.table, |table| own.into_iter().for_each(|def| table.add(def)));
        } else {
            schema.assume(&self.table, own);
        }
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::constraint(&self.table, &self.name).at(self.name.span)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let table = schema.table(&self.table, errors)?;
        let before = errors.count();
        schema.new_constraint(table, &self.constraint, errors);
        if let Some(parent) = schema.table(&self.target.table, errors) {
            let own = self.own_columns(table);
            let own: Vec<&Column> = own.iter().collect();
            let known = own.len() == self.columns.len();
            if known {
                schema.pointing_at(parent, &own, &self.target, errors, |column, ty| {
                    format!("change_type!({}.{}: {ty}); first", self.table, column.name)
                });
            }
        }
        (errors.count() == before).then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let help = "mend these rows, and the builds that write such";
        let mut steps: Vec<_> =
            violation::require(&self.table, &self.constraint, help).into_iter().collect();
        steps.extend(attach::steps(&self.table, &self.constraint));
        let (table, parent, columns) = (&self.table, &self.target.table, join(&self.columns));
        let note = format!(
            "from the start of migrate on, by old builds too: a write of a `{columns}` that `{parent}` \
             has not fails (23503), and a delete of a row of `{parent}` that `{table}` points at {}",
            self.on_delete()
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

impl AddForeignKey {
    /// The columns as the schema has them, with what is wrong about their types shown here.
    fn own_columns(&self, table: &Table) -> Vec<Column> {
        let of = |name: &Name| {
            let mut column = table.column(&name.text)?.clone();
            column.ty.span = name.span;
            Some(column)
        };
        self.columns.iter().filter_map(of).collect()
    }

    fn on_delete(&self) -> &'static str {
        match self.target.on_delete.as_ref().map(|effect| effect.action) {
            None | Some(Action::Nothing | Action::Restrict) => "fails too",
            Some(Action::Cascade) => "deletes the rows that point at it",
            Some(Action::SetNull) => "sets them to null",
            Some(Action::SetDefault) => "sets them to their default",
        }
    }
}
