//! `add_foreign_key!(orders.customer_id => customers.id)`: catalog B4.

use proc_macro2::Span;
use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::{Claim, Facet, Object, Schema, names};
use crate::plan::Direct;
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::attach;
use crate::plan::safe::repair::Repair;
use crate::plan::safe::violation;
use crate::syntax::tables::column::{Column, ColumnDef};
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::reference::{Action, Reference, columns_of};
use crate::syntax::tables::table::Table;
use crate::syntax::values::assignment::{self, Assignment};
use crate::syntax::values::comparison::Comparison;
use crate::syntax::words::name::join;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct AddForeignKey {
    table: TableName,
    columns: Vec<Name>,
    target: Reference,
    constraint: Constraint,
    name: Name,
    /// What mends a row that points nowhere.
    fill: Vec<Assignment>,
}

pub(crate) struct Facts {
    is_partitioned: bool,
    /// How its columns are compared with those that it points at.
    how: Vec<Comparison>,
}

impl Operation for AddForeignKey {
    type Facts = Facts;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let (table, columns) = columns_of(input)?;
        input.parse::<Token![=>]>()?;
        let target = Reference::parse_target(input)?;
        let span = columns.first().map_or(table.span(), |column| column.span);
        let rule = Rule::ForeignKey { columns: columns.clone(), target: target.clone() };
        let mut constraint = Constraint::of(rule, span);
        let mut fill = Vec::new();
        let mut read_fill = assignment::fill(&mut fill, &columns);
        constraint.parse_options(input, errors, Some(("fill", &mut read_fill)));
        drop(read_fill);
        let target = constraint.reference().cloned().unwrap_or(target);
        let name = names::complete_constraint(&table, &mut constraint);
        Ok(AddForeignKey { table, columns, target, constraint, name, fill })
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
        let parent = &self.target.table;
        let partitions = Object::partitions(parent).at(parent.span()).of(Facet::Rows);
        vec![Object::constraint(&self.table, &self.name).at(self.name.span), partitions]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let table = schema.table(&self.table, errors)?;
        let before = errors.count();
        schema.new_constraint(table, &self.constraint, errors);
        assignment::check_proves(&self.constraint, &self.fill, errors);
        self.check_fill(schema, table, errors);
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
        let how = schema.comparisons(table, &self.columns);
        self.check_fillable(&how, table, errors);
        let is_partitioned = table.partition_by.is_some();
        (errors.count() == before).then_some(Facts { is_partitioned, how })
    }

    fn plan(&self, Facts { how, .. }: &Facts, at: Position) -> Plan {
        let (table, constraint) = (&self.table, &self.constraint);
        let (steps, written) = if let Some(repair) = self.repair(how, at) {
            let mut steps = vec![repair.begin()];
            steps.extend(attach::steps(table, constraint));
            // Behind the key itself, which lets no more rows lose what they point at, and before
            // its validation.
            steps.insert(steps.len() - 1, repair.backfill());
            steps.push(repair.end());
            (steps, "is mended until the contract, and fails (23503) then")
        } else {
            let help = "mend these rows, and the builds that write such; `fill` does both";
            let first = violation::require(table, constraint, how, help)
                .filter(|_| !constraint.terms.not_valid);
            let steps = first.into_iter().chain(attach::steps(table, constraint)).collect();
            (steps, "fails (23503)")
        };
        let (parent, columns) = (&self.target.table, join(&self.columns));
        let note = format!(
            "from the start of migrate on, by old builds too: a write of a `{columns}` that \
             `{parent}` has not {written}, and a delete of a row of `{parent}` that `{table}` \
             points at {}",
            self.on_delete()
        );
        Plan::noting(steps, vec![note])
    }

    fn direct(&self, Facts { how, .. }: &Facts) -> Option<Direct> {
        let repair = self.repair(how, Position { migration: 0, change: 0 });
        let step = attach::at_once(&self.table, &self.constraint, repair.as_ref());
        Some(Direct::of(self.table.clone(), step))
    }

    fn only_direct(&self, Facts { is_partitioned, .. }: &Facts) -> Option<(Span, &'static str)> {
        is_partitioned.then(|| (self.table.span(), attach::REFERENCE_OF_PARTITIONS))
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(&self.table, |table| table.constraints.push(self.constraint.clone()));
        schema.hold_fill(&self.table, &self.constraint, &self.fill);
    }
}

impl AddForeignKey {
    fn repair(&self, how: &[Comparison], at: Position) -> Option<Repair<'_>> {
        let fill = Some(&self.fill).filter(|fill| !fill.is_empty())?;
        Repair::of(&self.table, &self.constraint, how, fill, at)
    }

    /// A trigger looks for what each row points at by the key's index, which takes the operator of
    /// the type: where that is an extension's, its schema is not known here.
    fn check_fillable(&self, how: &[Comparison], table: &Table, errors: &mut Errors) {
        let Some(first) = self.fill.first() else { return };
        let own = self.columns.iter().zip(how).find(|(_, how)| **how == Comparison::Own);
        let Some(column) = own.and_then(|(name, _)| table.column(&name.text)) else { return };
        errors
            .at(first.value.span, format_args!("`fill`, and a key of type `{}`", column.ty))
            .help(format_args!(
                "backfill!({}.{} = {}, where = \"…\"); in a migration before, and the key without `fill`",
                self.table, first.column, first.value
            ))
            .note("only PostgreSQL itself knows by which operator such a key is compared");
    }

    fn check_fill(&self, schema: &Schema, table: &Table, errors: &mut Errors) {
        schema.fill(table, &self.fill, errors);
        let others = self.fill.iter().map(|item| &item.column);
        let is_other = |name: &&Name| !self.columns.contains(name);
        for column in others.filter(is_other).filter(|name| table.column(&name.text).is_some()) {
            errors
                .at(column.span, format_args!("`{column}` is no column of the foreign key"))
                .nearest(&column.text, self.columns.iter().map(|name| name.text.as_str()));
        }
        let Some(first) = self.fill.first() else { return };
        let mut policies = schema.entities(Kind::Policy);
        if policies.any(|policy| policy.on.as_ref() == Some(&self.target.table)) {
            errors
                .at(
                    first.value.span,
                    format_args!("`fill`, and policies on `{}`", self.target.table),
                )
                .note("a trigger would mend a row that points at one which its client may not see");
        }
        if self.constraint.terms.timing.initially_deferred {
            errors.at(first.value.span, "`fill`, and a foreign key that is looked at in the end").note(
                "what a row points at may come later in its transaction, and a trigger would not wait for it",
            );
        }
    }

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
