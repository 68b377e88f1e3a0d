//! `change_primary_key!(orders(id, region))`: catalog B7.

use proc_macro2::Span;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Role, Schema, names};
use crate::plan::Direct;
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::attach;
use crate::plan::safe::not_null;
use crate::plan::safe::violation;
use crate::plan::sql::constraint;
use crate::plan::sql::ddl;
use crate::plan::sql::index;
use crate::plan::swap::dependents;
use crate::plan::swap::key;
use crate::plan::{Mode, Phase, Statement, Step, Work};
use crate::syntax::tables::column::Column;
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::tables::constraint::{Constraint, Rule, parse_columns};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::join;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct ChangePrimaryKey {
    table: TableName,
    columns: Vec<Name>,
    constraint: Constraint,
}

/// What the schema knows of it.
pub(crate) struct Facts {
    old: Constraint,
    /// The new key, with the name of the old one where it has no other.
    new: Constraint,
    /// The columns that may be null so far.
    nullable: Vec<Column>,
    is_partitioned: bool,
}

impl Operation for ChangePrimaryKey {
    type Facts = Facts;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table: TableName = input.parse()?;
        let columns = parse_columns(input)?;
        let mut constraint = Constraint::of(Rule::PrimaryKey(columns.clone()), table.span());
        constraint.parse_options(input, errors, None);
        Ok(ChangePrimaryKey { table, columns, constraint })
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        errors
            .at(self.table.span(), "outside a migration the old key is not known")
            .help("declare it inside `migration!`");
        schema.assume(&self.table, self.columns.iter().cloned().map(ColumnDef::bare));
    }

    fn claims(&self) -> Vec<Claim> {
        let columns = self.columns.iter();
        let mut claims: Vec<Claim> =
            columns.map(|name| Object::column(&self.table, name).at(name.span)).collect();
        if let Some(name) = &self.constraint.name {
            claims.push(Object::constraint(&self.table, name).at(name.span));
            claims.push(Object::index(&self.table, name).at(name.span));
        }
        claims
    }

    fn claims_in(&self, schema: &Schema) -> Vec<Claim> {
        let old = schema.find(&self.table).and_then(Table::primary_key);
        let name = old.and_then(|old| old.name.as_ref());
        name.map(|name| Object::constraint(&self.table, name).at(self.table.span()))
            .into_iter()
            .collect()
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let table = schema.table(&self.table, errors)?;
        let before = errors.count();
        let Some(old) = table.primary_key() else {
            errors
                .at(self.table.span(), format_args!("table `{}` has no primary key", self.table))
                .help(format_args!("add_primary_key!({}({}))", self.table, join(&self.columns)));
            return None;
        };
        if old.columns() == self.columns {
            errors.at(self.table.span(), "the primary key has these columns already");
        }
        if let Some(other) = schema.points_at_key(table, old.columns()) {
            let columns = join(old.columns());
            errors
                .at(
                    self.table.span(),
                    format_args!(
                        "a foreign key of `{}` points at `{}({columns})`",
                        other.name, self.table
                    ),
                )
                .note("it needs a key of just these columns");
        }
        schema.new_constraint(table, &self.constraint, errors);
        let own = self.columns.iter().filter_map(|name| table.column(&name.text));
        let nullable = own.filter(|column| !column.not_null).cloned().collect();
        let new = self.named_after(old);
        let is_partitioned = table.partition_by.is_some();
        (errors.count() == before).then(|| Facts {
            old: old.clone(),
            new,
            nullable,
            is_partitioned,
        })
    }

    fn plan(&self, facts: &Facts, _: Position) -> Plan {
        let (table, new) = (&self.table, &facts.new);
        let help = "mend these rows, and the builds that write such";
        let mut steps: Vec<Step> = facts
            .nullable
            .iter()
            .map(|column| not_null::require(table, column, help))
            .chain(violation::require(table, new, &[], help))
            .collect();
        steps.extend(facts.nullable.iter().flat_map(|column| not_null::tighten(table, column)));
        let name = self.temporary(facts);
        let built = index::concurrent(table, &attach::index_of(new, &name, &self.columns));
        let why =
            "concurrently, beside the old key: until the contract both are there for `on conflict`";
        steps.push(Step::build_index(why, built));
        let why = "one statement under one short lock: no row is ever without a key";
        let mut statements = vec![ddl::lock_table(table, Mode::AccessExclusive)];
        if let Some(old) = &facts.old.name {
            statements.extend(dependents::identity(table, &[(old.clone(), name.clone())]));
        }
        statements.push(swap(table, facts, &name));
        steps.push(Step::transaction(Phase::Contract, why, statements));
        let note = format!(
            "from the start of migrate on, a write of a null, or of a `{}` that another row has, \
             fails (23502, 23505), by old builds too",
            join(&self.columns)
        );
        let notes = [note].into_iter().chain(constraint::note(new)).collect();
        Plan::noting(steps, notes)
    }

    fn direct(&self, facts: &Facts) -> Option<Direct> {
        let (table, new) = (&self.table, &facts.new);
        let swap = |from: &Constraint, to: &Constraint| {
            let clauses = [constraint::dropping(from), format!("add {}", constraint::named(to))];
            ddl::alter(table, &clauses.join(", "), Mode::AccessExclusive)
                .altering(table)
                .drops(key::replaced(table, from))
                .changing_part(table, constraint::name(to))
                .reading_rows()
        };
        let why = "in one step, which builds the key while nobody can read or write";
        let mut undo = vec![swap(new, &facts.old)];
        undo.extend(facts.nullable.iter().map(|column| ddl::drop_not_null(table, &column.name)));
        let step = Step::transaction(Phase::Expand, why, vec![swap(&facts.old, new)])
            .undone_by(Work::Transaction(undo));
        let help = "mend these rows, or keep the new key";
        let equal = violation::required(table, &facts.old, &[], help);
        Some(Direct::of(table.clone(), step).asking(equal))
    }

    fn only_direct(&self, facts: &Facts) -> Option<(Span, &'static str)> {
        facts.is_partitioned.then(|| (self.table.span(), attach::KEY_OF_PARTITIONS))
    }

    fn apply(&self, schema: &mut Schema) {
        let Some(old) = schema.find(&self.table).and_then(|table| table.primary_key()).cloned()
        else {
            return;
        };
        let new = self.named_after(&old);
        schema.alter(&self.table, |table| table.set_primary_key(new.clone()));
        if let (Some(from), Some(to)) = (&old.name, &new.name) {
            schema.rename_identity(&self.table, from, to);
        }
        if let Some(name) = &new.name {
            schema.hold(Object::constraint(&self.table, name), Role::Synced);
        }
        if let Some(name) = old.name.as_ref().filter(|_| old.name != new.name) {
            let gone = Role::Retiring { successor: new.name.as_ref().map(Name::to_string) };
            schema.hold(Object::of_constraint(&self.table, name, true), gone);
        }
        // A key goes with its columns.
        for column in self.columns.iter().chain(old.columns()) {
            schema.hold(Object::column(&self.table, column), Role::Synced);
        }
    }
}

/// The new key's index is there, and takes the name of the constraint.
fn swap(table: &TableName, facts: &Facts, index: &Name) -> Statement {
    let add = constraint::using_index(&facts.new, &index.text);
    let clauses = format!("{}, add {add}", constraint::dropping(&facts.old));
    let names = [constraint::name(&facts.old), constraint::name(&facts.new), &index.text];
    let swap = ddl::alter(table, &clauses, Mode::AccessExclusive).altering(table);
    names.into_iter().fold(swap, |swap, name| swap.changing_part(table, name))
}

impl ChangePrimaryKey {
    fn named_after(&self, old: &Constraint) -> Constraint {
        let name = self.constraint.name.clone().or_else(|| old.name.clone());
        Constraint { name, ..self.constraint.clone() }
    }

    /// The index's name while the old key has its own.
    fn temporary(&self, facts: &Facts) -> Name {
        let name = facts.new.name.clone().unwrap_or_else(|| self.table.name.clone());
        names::copy(&self.table, &name)
    }
}
