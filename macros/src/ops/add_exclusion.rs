//! `add_exclusion!(bookings(room with "=", during with "&&"), using = gist)`: catalog B8.

use proc_macro2::Span;
use syn::parenthesized;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema, names};
use crate::plan::Direct;
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::attach;
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::exclusion::Exclusion;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct AddExclusion {
    table: TableName,
    constraint: Constraint,
    name: Name,
}

impl Operation for AddExclusion {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table: TableName = input.parse()?;
        let content;
        parenthesized!(content in input);
        let exclusion = Exclusion::parse_elements(&content, errors)?;
        if !content.is_empty() {
            return Err(content.error("unexpected token"));
        }
        let mut constraint = Constraint::of(Rule::Exclude(exclusion), table.span());
        constraint.parse_options(input, errors, None);
        let name = names::complete_constraint(&table, &mut constraint);
        Ok(AddExclusion { table, constraint, name })
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

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let table = schema.table(&self.table, errors)?;
        schema.new_constraint(table, &self.constraint, errors);
        Some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        Plan::default()
    }

    fn direct(&self, (): &()) -> Option<Direct> {
        let step = attach::at_once(&self.table, &self.constraint, None);
        Some(Direct::of(self.table.clone(), step))
    }

    fn only_direct(&self, (): &()) -> Option<(Span, &'static str)> {
        let reason = "PostgreSQL builds its index while nobody can read or write, and takes none that is there";
        Some((self.table.span(), reason))
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(&self.table, |table| table.constraints.push(self.constraint.clone()));
    }
}
