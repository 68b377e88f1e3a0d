//! `add_primary_key!(events(id))`: catalog B6.

use proc_macro2::Span;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema, names};
use crate::plan::Direct;
use crate::plan::Work;
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::attach;
use crate::plan::safe::not_null;
use crate::plan::safe::violation;
use crate::plan::sql::constraint;
use crate::plan::sql::ddl;
use crate::syntax::tables::column::Column;
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::tables::constraint::{Constraint, Rule, parse_columns};
use crate::syntax::words::name::join;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct AddPrimaryKey {
    table: TableName,
    constraint: Constraint,
    name: Name,
}

/// What the schema knows of it.
pub(crate) struct Facts {
    /// The columns that may be null so far.
    nullable: Vec<Column>,
    is_partitioned: bool,
}

impl Operation for AddPrimaryKey {
    type Facts = Facts;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table: TableName = input.parse()?;
        let columns = parse_columns(input)?;
        let mut constraint = Constraint::of(Rule::PrimaryKey(columns), table.span());
        constraint.parse_options(input, errors, None);
        let name = names::complete_constraint(&table, &mut constraint);
        Ok(AddPrimaryKey { table, constraint, name })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        let columns = self.constraint.named_columns().into_iter().cloned();
        schema.assume(&self.table, columns.map(ColumnDef::bare));
    }

    fn claims(&self) -> Vec<Claim> {
        let span = self.name.span;
        let columns = self.constraint.columns().iter();
        let mut claims: Vec<Claim> =
            columns.map(|name| Object::column(&self.table, name).at(name.span)).collect();
        claims.push(Object::constraint(&self.table, &self.name).at(span));
        claims.push(Object::index(&self.table, &self.name).at(span));
        claims
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let table = schema.table(&self.table, errors)?;
        if let Some(key) = table.primary_key() {
            let columns = join(key.columns());
            errors
                .at(
                    self.table.span(),
                    format_args!("table `{}` has a primary key, `{columns}`", self.table),
                )
                .help(format_args!(
                    "change_primary_key!({}({}))",
                    self.table,
                    join(self.constraint.columns())
                ));
            return None;
        }
        schema.new_constraint(table, &self.constraint, errors);
        let own = self.constraint.columns().iter().filter_map(|name| table.column(&name.text));
        let nullable = own.filter(|column| !column.not_null).cloned().collect();
        Some(Facts { nullable, is_partitioned: table.partition_by.is_some() })
    }

    fn plan(&self, Facts { nullable, .. }: &Facts, _: Position) -> Plan {
        let help = "mend these rows, and the builds that write such";
        let mut steps: Vec<_> = nullable
            .iter()
            .map(|column| not_null::require(&self.table, column, help))
            .chain(violation::require(&self.table, &self.constraint, &[], help))
            .collect();
        steps.extend(nullable.iter().flat_map(|column| not_null::tighten(&self.table, column)));
        steps.extend(attach::steps(&self.table, &self.constraint));
        let note = format!(
            "from the start of migrate on, a write of a null, or of a `{}` that another row has, \
             fails (23502, 23505), by old builds too",
            join(self.constraint.columns())
        );
        let notes = [note].into_iter().chain(constraint::note(&self.constraint)).collect();
        Plan::noting(steps, notes)
    }

    fn direct(&self, Facts { nullable, .. }: &Facts) -> Option<Direct> {
        let mut step = attach::at_once(&self.table, &self.constraint, None);
        // The columns stay NOT NULL when the key goes.
        if let Some(Work::Transaction(undo)) = &mut step.undo {
            undo.extend(
                nullable.iter().map(|column| ddl::drop_not_null(&self.table, &column.name)),
            );
        }
        Some(Direct::of(self.table.clone(), step))
    }

    fn only_direct(&self, facts: &Facts) -> Option<(Span, &'static str)> {
        facts.is_partitioned.then(|| (self.table.span(), attach::KEY_OF_PARTITIONS))
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(&self.table, |table| table.set_primary_key(self.constraint.clone()));
    }
}
