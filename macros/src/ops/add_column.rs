//! `add_column!(orders.region: text not_null, fill = "…")`: catalog A1 to A8.

use proc_macro2::Span;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Role, Schema, names};
use crate::plan::Direct;
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::attach;
use crate::plan::safe::not_null;
use crate::plan::safe::one_step;
use crate::plan::sql::ddl;
use crate::plan::sql::sea;
use crate::plan::triggers::fill::{Event, Fill};
use crate::plan::triggers::interim_sequence::Numbers;
use crate::plan::{Phase, Statement, Step};
use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::table::Table;
use crate::syntax::values::default::{Default, example};
use crate::syntax::words::list::{options, value};
use crate::syntax::words::sql::Sql;
use crate::syntax::words::target::Target;

pub(crate) struct AddColumn {
    target: Target,
    /// The column and its constraints, as a table that has nothing else.
    part: Table,
    column: Column,
    /// The value of rows that are there, and of those that old builds write.
    fill: Option<Sql>,
}

impl Operation for AddColumn {
    /// Why one of its constraints has no other form than the direct one.
    type Facts = Option<(Span, &'static str)>;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let mut target = Target::parse(input, errors)?;
        let mut fill = None;
        let Some(def) = target.stated.take() else {
            let message = format!("column `{}` has no type", target.name);
            return Err(syn::Error::new(
                target.span(),
                format!("{message}\nhelp: {}: text", target.name),
            ));
        };
        options(input, errors, &mut [("fill", &mut value(&mut fill))]);
        let column = def.column.clone();
        let mut part = Table::new(target.table().clone());
        part.add(def);
        names::complete(&mut part);
        Ok(AddColumn { target, part, column, fill })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(self.target.table(), []);
        for constraint in &self.part.constraints {
            let Rule::ForeignKey { target, .. } = &constraint.rule else { continue };
            schema.assume_key(target, [&self.column]);
        }
    }

    fn claims(&self) -> Vec<Claim> {
        let table = self.target.table();
        let names = self.part.constraints.iter().filter_map(|item| item.name.as_ref());
        let mut claims = vec![Object::column(table, self.target.column()).at(self.target.span())];
        claims.extend(names.map(|name| Object::constraint(table, name).at(name.span)));
        claims
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Self::Facts> {
        let table = schema.table(self.target.table(), errors)?;
        let before = errors.count();
        if table.column(&self.target.column().text).is_some() {
            errors.at(
                self.target.span(),
                format_args!("column `{}` exists already", self.target.name),
            );
        }
        schema.check_column(&self.column, errors);
        schema.check_added_type(&table.name, &self.column, self.column.ty.span, errors);
        self.check_generated(errors);
        self.check_value(errors);
        if let Some(fill) = &self.fill {
            schema.expression(table, fill, errors);
            schema.check_literal(&self.column.ty, fill, errors);
        }
        let mut whole = table.clone();
        whole.columns.push(self.column.clone());
        schema.expressions_of(&self.part, &whole, errors);
        for constraint in &self.part.constraints {
            self.check_constraint(schema, table, constraint, errors);
        }
        let mut constraints = self.part.constraints.iter();
        let only_direct = |item: &Constraint| Some((item.span, attach::only_direct(table, item)?));
        (errors.count() == before).then(|| constraints.find_map(only_direct))
    }

    fn plan(&self, _: &Self::Facts, at: Position) -> Plan {
        let mut steps = vec![self.install(at)];
        if let Some(fill) = self.filler(at) {
            steps.push(fill.backfill());
            if self.column.not_null {
                steps.extend(not_null::tighten(self.target.table(), &self.column));
            }
            steps.push(self.settle(&fill));
        }
        for constraint in &self.part.constraints {
            steps.extend(attach::steps(&self.part.name, constraint));
        }
        Plan::noting(steps, vec![crate::plan::operation::more_columns()])
    }

    fn direct(&self, _: &Self::Facts) -> Option<Direct> {
        let has_steps = self.has_filler() || !self.part.constraints.is_empty();
        has_steps.then(|| {
            let table = self.target.table().clone();
            let fill = self.fill.as_ref();
            let step = one_step::add_column(&table, &self.column, fill, &self.part.constraints);
            Direct::of(table, step)
        })
    }

    fn only_direct(&self, only_direct: &Self::Facts) -> Option<(Span, &'static str)> {
        *only_direct
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(self.target.table(), |table| {
            if table.column(&self.column.name.text).is_none() {
                table.columns.push(self.column.clone());
                table.constraints.extend(self.part.constraints.iter().cloned());
            }
        });
        if let Some(fill) = &self.fill {
            schema.hold(Object::column(self.target.table(), self.target.column()), Role::Synced);
            schema.hold_read(self.target.table(), fill);
        }
    }
}

impl AddColumn {
    fn check_constraint(
        &self,
        schema: &Schema,
        table: &Table,
        constraint: &Constraint,
        errors: &mut Errors,
    ) {
        let Some(name) = &constraint.name else { return };
        if matches!(constraint.rule, Rule::PrimaryKey(_)) {
            errors
                .at(constraint.span, "a primary key is not added with a column")
                .note("it would rewrite the table and build an index while nobody can read it");
            return;
        }
        if table.constraints.iter().any(|other| other.name.as_ref() == Some(name)) {
            errors.at(constraint.span, format_args!("constraint `{name}` exists already"));
        }
        match &constraint.rule {
            Rule::ForeignKey { target, .. } => schema.reference(&[&self.column], target, errors),
            Rule::Unique(_) if self.constant_default().is_some() => {
                errors
                    .at(constraint.span, "unique, and one default for all rows")
                    .help("leave out one of them, or take a default that differs from row to row");
            }
            Rule::Unique(_) => {
                if let Some(taken) = schema.relation(&table.name, &name.text) {
                    errors.at(constraint.span, format_args!("{taken} exists already"));
                }
            }
            Rule::Check(_) | Rule::PrimaryKey(_) | Rule::Exclude(_) => {}
        }
    }

    fn constant_default(&self) -> Option<&Default> {
        self.column.default.as_ref().filter(|default| !default.is_volatile())
    }

    fn numbers(&self) -> Option<Numbers<'_>> {
        Numbers::of(self.target.table(), &self.column)
    }

    /// Returns what new rows get while rows are filled.
    fn default(&self) -> Option<Default> {
        self.numbers().map(|numbers| numbers.default()).or_else(|| self.column.default.clone())
    }

    fn check_generated(&self, errors: &mut Errors) {
        if let Some(generated) = &self.column.generated {
            errors
                .at(generated.span, "a generated column is added by a change of its own")
                .help(format_args!(
                    "add_generated_column!({}: {} = {generated}, {})",
                    self.target.name,
                    self.column.ty,
                    if self.column.is_virtual { "virtual" } else { "stored" }
                ))
                .note("PostgreSQL itself adds a stored one by a rewrite, while nobody can read the table");
        }
    }

    fn check_value(&self, errors: &mut Errors) {
        match (&self.fill, self.constant_default()) {
            (Some(fill), _) if self.column.identity.is_some() => {
                errors
                    .at(fill.span, "`fill` and an identity: existing rows get numbers")
                    .help("leave out one of them");
            }
            (Some(fill), Some(_)) => {
                errors
                    .at(fill.span, "`fill` and a constant default: existing rows get the default")
                    .help("leave out one of them");
            }
            (None, _) if !self.column.may_be_omitted() => {
                errors
                    .at(self.target.span(), format_args!("column `{}` is not null, and existing rows have no value for it", self.target.name))
                    .help(format_args!("add_column!({}: {} not_null default {});", self.target.name, self.column.ty, example(&self.column.ty)))
                    .help(format_args!("add_column!({}: {} not_null, fill = \"…\");", self.target.name, self.column.ty))
                    .note("PostgreSQL refuses it on a table with rows, and old builds do not write it");
            }
            _ => {}
        }
    }

    fn has_filler(&self) -> bool {
        self.fill.is_some() || self.default().is_some_and(|default| default.is_volatile())
    }

    /// Returns what gives existing rows a value, where the default cannot do it in one step.
    fn filler(&self, at: Position) -> Option<Fill<'_>> {
        let volatile = self.default().filter(Default::is_volatile);
        let (value, event) = match (&self.fill, volatile) {
            (Some(fill), _) => (fill.text.clone(), Event::Both),
            (None, Some(default)) => (default.sql(), Event::Update),
            (None, None) => return None,
        };
        let (table, column) = (self.target.table(), self.target.column());
        // What is volatile is not asked twice.
        let is_stable = self.fill.as_ref().is_some_and(|fill| !fill.is_surely_volatile());
        let may_be_null = is_stable && !self.column.not_null;
        let ty = Some(&self.column.ty);
        Some(Fill { table, column, ty, value, may_be_null, event, at })
    }

    fn install(&self, at: Position) -> Step {
        let (table, column) = (self.target.table(), self.target.column());
        let Some(fill) = self.filler(at) else {
            let why =
                "touches no row: PostgreSQL keeps a constant or stable default in its catalog";
            let mut add = vec![sea::add_column(table, &self.column)];
            add.extend(ddl::describe(table, &self.column));
            return Step::transaction(Phase::Expand, why, add)
                .undo(vec![sea::drop_column(table, column)]);
        };
        let bare = Column { default: None, not_null: false, identity: None, ..self.column.clone() };
        let numbers = self.numbers();
        let mut statements: Vec<Statement> = numbers.iter().flat_map(Numbers::create).collect();
        let mut triggers = fill.install().into_iter();
        statements.extend(triggers.next());
        statements.push(
            sea::add_column(table, &bare).why(
                "without a default or NOT NULL, either of which would read or write every row",
            ),
        );
        if let Some(default) = self.default() {
            let set = ddl::set_default(table, column, &default.sql());
            statements.push(set.why("for new rows alone"));
        }
        statements.extend(ddl::describe(table, &self.column));
        statements.extend(triggers);
        let why = "the column, and the trigger that fills it, in one transaction: no client meets one without the other";
        let mut undo = fill.remove();
        undo.push(sea::drop_column(table, column));
        undo.extend(numbers.map(|numbers| numbers.drop()));
        Step::transaction(Phase::Expand, why, statements).undo(undo)
    }

    /// Ends the filling.
    fn settle(&self, fill: &Fill) -> Step {
        let mut statements = fill.remove();
        if let Some(numbers) = self.numbers() {
            statements.extend(numbers.hand_over());
            let why = "every row has its number, and the identity gives new ones theirs";
            return Step::transaction(Phase::Migrate, why, statements).undo(numbers.take_back());
        }
        let (phase, why) = if self.fill.is_some() {
            (Phase::Contract, "builds that do not know the column are gone")
        } else {
            (Phase::Migrate, "every row has its value, and the default gives new ones theirs")
        };
        Step::transaction(phase, why, statements)
    }
}
