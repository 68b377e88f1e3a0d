//! `add_generated_column!(users.shout: text = "upper(username)", stored)`: catalog A5.

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::expressions::expression::Clause;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema};
use crate::plan::Direct;
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::not_null;
use crate::plan::sql::ddl;
use crate::plan::sql::sea;
use crate::plan::sql::version;
use crate::plan::triggers::generated::{self, Kept};
use crate::plan::{Phase, Statement, Step};
use crate::syntax::tables::column::{Column, ColumnDef};
use crate::syntax::words::list::{flag, options};
use crate::syntax::words::sql::Sql;
use crate::syntax::words::target::Target;

pub(crate) struct AddGeneratedColumn {
    target: Target,
    def: ColumnDef,
    value: Sql,
    is_virtual: bool,
}

impl Operation for AddGeneratedColumn {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let mut target = Target::parse(input, errors)?;
        let Some(def) = target.stated.take() else {
            let message = format!("column `{0}` has no type\nhelp: {0}: text", target.name);
            return Err(syn::Error::new(target.span(), message));
        };
        input.parse::<Token![=]>()?;
        let value: Sql = input.parse()?;
        let (mut stored, mut is_virtual) = (false, false);
        options(
            input,
            errors,
            &mut [("stored", &mut flag(&mut stored)), ("virtual", &mut flag(&mut is_virtual))],
        );
        if stored == is_virtual {
            errors
                .at(target.span(), "a generated column is `stored` or `virtual`")
                .help(format_args!("add_generated_column!({}: {} = {value}, stored)", target.name, def.column.ty))
                .note("PostgreSQL computes the one when a row is written, the other, from version 18 on, when it is read");
        }
        Ok(AddGeneratedColumn { target, def, value, is_virtual })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(self.target.table(), []);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::column(self.target.table(), self.target.column()).at(self.target.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let table = schema.table(self.target.table(), errors)?;
        let before = errors.count();
        let (name, span) = (&self.target.name, self.target.span());
        if table.column(&name.name.text).is_some() {
            errors.at(span, format_args!("column `{name}` exists already"));
        }
        schema.check_type(&self.def.column.ty, errors);
        schema.clause(Clause::Generated, table, &self.value, errors);
        let column = &self.def.column;
        if let Some(default) = &column.default {
            errors.at(default.span, "a generated column has no default");
        }
        if column.identity.is_some() || column.generated.is_some() {
            errors.at(span, "a column gets its value in one way");
        }
        if !self.def.inline.is_empty() {
            errors
                .at(span, "a constraint is not added with a generated column")
                .help("a change of its own, behind this one");
        }
        if self.is_virtual && column.not_null {
            errors
                .at(span, format_args!("column `{name}` is virtual and not null"))
                .help(format_args!(
                    "add_check!({}, \"{} is not null\"); behind this change",
                    table.name, name.name
                ))
                .note("PostgreSQL reads every row for it while nobody can use the table");
        }
        (errors.count() == before).then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let mut notes = vec![crate::plan::operation::more_columns()];
        if self.is_virtual {
            return Plan::noting(vec![version::require_virtual(), self.at_once()], notes);
        }
        notes.push(format!(
            "a trigger keeps `{}` for good, because PostgreSQL adds a generated column by a rewrite alone: \
             what a build writes to it is passed over without an error",
            self.target.column()
        ));
        let (table, column) = (self.target.table(), self.target.column());
        let mut steps = vec![self.install(), self.kept().backfill()];
        if self.def.column.not_null {
            let help =
                format!("let `{column}` be null, or give it a value, as in `coalesce(…, '')`");
            steps.push(not_null::require(table, &self.def.column, &help));
            steps.extend(not_null::tighten(table, &self.def.column));
        }
        Plan::noting(steps, notes)
    }

    fn direct(&self, (): &()) -> Option<Direct> {
        let table = self.target.table().clone();
        (!self.is_virtual).then(|| Direct::of(table, self.at_once()))
    }

    fn apply(&self, schema: &mut Schema) {
        if self.is_virtual {
            return self.apply_direct(schema);
        }
        self.add(self.def.column.clone(), schema);
        schema.put_entity(self.kept().entity());
    }

    /// PostgreSQL's own: the rows were few enough to be rewritten.
    fn apply_direct(&self, schema: &mut Schema) {
        self.add(self.generated(), schema);
    }
}

impl AddGeneratedColumn {
    fn add(&self, column: Column, schema: &mut Schema) {
        schema.alter(self.target.table(), |table| {
            if table.column(&column.name.text).is_none() {
                table.columns.push(column);
            }
        });
    }

    fn generated(&self) -> Column {
        let generated = Some(self.value.clone());
        Column { generated, is_virtual: self.is_virtual, ..self.def.column.clone() }
    }

    fn kept(&self) -> Kept<'_> {
        Kept { table: self.target.table(), column: &self.def.column, value: &self.value }
    }

    /// PostgreSQL's own generated column.
    fn at_once(&self) -> Step {
        let (table, column) = (self.target.table(), self.generated());
        let mut statements = vec![sea::add_column(table, &column)];
        statements.extend(ddl::describe(table, &column));
        let why = if self.is_virtual {
            "touches no row: the value is computed when it is read"
        } else {
            "in one step, which rewrites every row while nobody can use the table"
        };
        Step::transaction(Phase::Expand, why, statements)
            .undo(vec![sea::drop_column(table, &column.name)])
    }

    fn install(&self) -> Step {
        let (table, column) = (self.target.table(), self.target.column());
        let bare = Column { not_null: false, ..self.def.column.clone() };
        let mut statements: Vec<Statement> =
            vec![sea::add_column(table, &bare).why("a plain column, so that no row is rewritten")];
        statements.extend(ddl::describe(table, &bare));
        statements.extend(self.kept().install());
        let mut undo = generated::remove(table, &self.kept().entity());
        undo.push(sea::drop_column(table, column));
        let why = "the column, and the trigger that keeps it, in one transaction: no client meets one without the other";
        Step::transaction(Phase::Expand, why, statements).undo(undo)
    }
}
