//! `drop_column!(orders.legacy_tracking_id)`: catalog A12. The column goes in the contract, when
//! no build names it.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Role, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::ddl;
use crate::plan::sql::sea;
use crate::plan::triggers::fill::Fill;
use crate::plan::{Mode, Phase, Step};
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::table::Table;
use crate::syntax::words::list::{options, value};
use crate::syntax::words::name::TableName;
use crate::syntax::words::sql::Sql;
use crate::syntax::words::target::Target;

pub(crate) struct DropColumn {
    target: Target,
    /// What old builds read in the rows of builds that no longer write the column.
    fill: Option<Sql>,
}

impl Operation for DropColumn {
    /// The tables that the column's foreign keys point at.
    type Facts = Vec<TableName>;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let target = Target::parse(input, errors)?;
        let mut fill = None;
        options(input, errors, &mut [("fill", &mut value(&mut fill))]);
        Ok(DropColumn { target, fill })
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        if self.target.stated.is_none() {
            errors
                .at(
                    self.target.span(),
                    "outside a migration it is not known whether builds may leave the column out",
                )
                .help(format_args!("{}: text not_null", self.target.name));
        }
        schema.assume_target(&self.target);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::column(self.target.table(), self.target.column()).at(self.target.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Self::Facts> {
        let (table, column) = schema.target(&self.target, errors)?;
        if !column.may_be_omitted() && self.fill.is_none() {
            errors
                .at(self.target.span(), format_args!("column `{}` is not null and has no default", self.target.name))
                .help(format_args!("drop_column!({}, fill = \"…\")", self.target.name))
                .note("until the contract, rows of builds that no longer write it need a value that old builds can read");
        }
        if let Some(fill) = &self.fill {
            schema.expression(table, fill, errors);
        }
        self.check_needed(schema, table, errors);
        let span = self.target.span();
        schema.report_dependents(&table.name, Some(&column.name), span, errors);
        let own = table.constraints.iter().filter(|item| item.needs(&column.name.text));
        Some(own.filter_map(Constraint::parent).cloned().collect())
    }

    fn plan(&self, parents: &Self::Facts, at: Position) -> Plan {
        let mut steps = Vec::new();
        let table = self.target.table();
        let mut contract = ddl::lock_parents(table, parents, Mode::AccessExclusive);
        if let Some(fill) = Fill::of(&self.target, self.fill.as_ref(), at) {
            let why = "a value for builds that still read the column, in rows of builds that no longer write it";
            steps.push(Step::transaction(Phase::Expand, why, fill.install()).undo(fill.remove()));
            contract.extend(fill.remove());
        }
        let mut drop = sea::drop_column(table, self.target.column());
        for parent in parents {
            drop = drop.and_locks(parent, Mode::AccessExclusive);
        }
        contract.push(drop);
        let why = "its values are gone after this; no build names it any more";
        steps.push(Step::transaction(Phase::Contract, why, contract));
        Plan::noting(steps, vec![crate::plan::operation::fewer_columns()])
    }

    fn apply(&self, schema: &mut Schema) {
        let name = self.target.column();
        schema.alter(self.target.table(), |table| {
            table.columns.retain(|column| column.name != *name);
            table.constraints.retain(|constraint| !constraint.needs(&name.text));
            table.indexes.retain(|index| !index.needs(&name.text));
        });
        schema.revoke_column(self.target.table(), name);
        if let Some(fill) = &self.fill {
            schema.hold_read(self.target.table(), fill);
        }
        let object = Object::column(self.target.table(), name);
        schema.hold(object, Role::Retiring { successor: None });
    }
}

impl DropColumn {
    /// PostgreSQL drops what names the column without a word, other columns' part included.
    fn check_needed(&self, schema: &Schema, table: &Table, errors: &mut Errors) {
        let name = &self.target.column().text;
        let (span, column) = (self.target.span(), &self.target.name);
        for index in table.indexes.iter().filter(|index| index.needs(name)) {
            let Some(shown) = &index.name else { continue };
            if index.columns().any(|other| other.text != *name) {
                errors
                    .at(span, format_args!("column `{column}` is part of index `{shown}`"))
                    .help(format_args!("drop_index!({shown}); first"))
                    .note("PostgreSQL would drop the whole index with the column");
            }
        }
        for constraint in table.constraints.iter().filter(|constraint| constraint.needs(name)) {
            let Some(shown) = &constraint.name else { continue };
            if needs_others(constraint, table, name) {
                errors
                    .at(span, format_args!("column `{column}` is part of constraint `{shown}`"))
                    .note("PostgreSQL would drop the whole constraint with the column");
            }
        }
        schema.needed_elsewhere(table, column, errors);
        schema.keeps_identity_of(table, &column.name, span, errors);
    }
}

fn needs_others(constraint: &Constraint, table: &Table, name: &str) -> bool {
    let mut others = table.columns.iter().filter(|column| column.name != *name);
    matches!(constraint.rule, Rule::PrimaryKey(_))
        || others.any(|other| constraint.needs(&other.name.text))
}
