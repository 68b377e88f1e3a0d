//! `move_rows!(events => archive.events, where = "…")`: catalog L2. Each row is deleted here and
//! inserted there in one transaction; an undo brings it back.

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Facet, Object, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::shared::removal::{self, FOUND_GONE, Referring};
use crate::plan::{NoRows, Phase, Removal, Step, Work};
use crate::syntax::tables::column::Column;
use crate::syntax::tables::reference::Action;
use crate::syntax::tables::table::Table;
use crate::syntax::words::list::{flag, options, value};
use crate::syntax::words::name::TableName;
use crate::syntax::words::sql::Sql;

pub(crate) struct MoveRows {
    from: TableName,
    into: TableName,
    condition: Option<Sql>,
    /// Rows that meet the condition may be there already.
    append: bool,
}

impl Operation for MoveRows {
    type Facts = Vec<Referring>;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let from = input.parse()?;
        input.parse::<Token![=>]>()?;
        let into = input.parse()?;
        let (mut condition, mut append) = (None, false);
        options(
            input,
            errors,
            &mut [("where", &mut value(&mut condition)), ("append", &mut flag(&mut append))],
        );
        Ok(MoveRows { from, into, condition, append })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(&self.from, []);
        schema.assume(&self.into, []);
    }

    fn claims(&self) -> Vec<Claim> {
        let claim = |table: &TableName| Object::table(table).at(table.span()).of(Facet::Rows);
        vec![claim(&self.from), claim(&self.into)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Vec<Referring>> {
        let before = errors.count();
        let (from, into) = (schema.table(&self.from, errors), schema.table(&self.into, errors));
        let (from, into) = (from?, into?);
        if from.name == into.name {
            errors.at(self.into.span(), "the rows are in this table already");
        }
        removal::check_condition(schema, (from, &self.from), self.condition.as_ref(), errors);
        if !schema.is_assumed {
            self.check_columns(from, into, errors);
        }
        let referring = removal::referring(schema, &self.from, errors);
        for one in &referring {
            self.check_referring(one, errors);
        }
        (errors.count() == before).then_some(referring)
    }

    fn plan(&self, referring: &Vec<Referring>, _: Position) -> Plan {
        let Some(condition) = &self.condition else { return Plan::default() };
        let (from, into) = (self.from.quoted(), self.into.quoted());
        let removal = |table: &str, into: &str, returns: bool| {
            Work::Removal(Removal {
                table: table.to_owned(),
                named: self.from.name.quoted(),
                condition: condition.text.clone(),
                into: Some(into.to_owned()),
                returns,
                locks: removal::locks([&self.from, &self.into], referring),
            })
        };
        let why = format!("each row is in `{}` or in `{}`, never in both", self.from, self.into);
        let step = Step::new(Phase::Migrate, why, removal(&from, &into, false));
        let mut notes: Vec<String> = referring.iter().map(Referring::note).collect();
        notes.push(format!(
            "builds that read `{}` alone do not see a row that was moved",
            self.from
        ));
        notes.push(FOUND_GONE.to_owned());
        if self.append {
            notes.push(format!("an undo leaves the rows in `{}`", self.into));
            return Plan::noting(vec![step], notes);
        }
        let look = NoRows {
            table: into.clone(),
            violation: self.condition_there(condition),
            problem: "meet the condition before any was moved".into(),
            help: "narrow `where`, or say `append`: then an undo leaves all where they are".into(),
        };
        let why = format!(
            "`{}` has no such row yet, so that an undo knows which to bring back",
            self.into
        );
        let look = Step::new(Phase::Expand, why, Work::NoRows(look));
        Plan::noting(vec![look, step.undone_by(removal(&into, &from, true))], notes)
    }

    fn apply(&self, _: &mut Schema) {}
}

impl MoveRows {
    /// Everything that a row holds has to have its place there.
    fn check_columns(&self, from: &Table, into: &Table, errors: &mut Errors) {
        for column in &from.columns {
            let name = &column.name;
            let Some(there) = into.column(&name.text) else {
                errors
                    .at(
                        self.into.span(),
                        format_args!("table `{}` has no column `{name}`", self.into),
                    )
                    .help(format_args!(
                        "add_column!({}.{name}: {}); in a migration before it",
                        self.into, column.ty
                    ))
                    .note("a row that is moved loses no value");
                continue;
            };
            if there.ty != column.ty {
                errors.at(
                    self.into.span(),
                    format_args!(
                        "`{}.{name}` is `{}`, but `{}.{name}` is `{}`",
                        self.into, there.ty, self.from, column.ty
                    ),
                );
            }
        }
        let needs = |column: &&Column| {
            column.not_null && !column.may_be_omitted() && from.column(&column.name.text).is_none()
        };
        for column in into.columns.iter().filter(needs) {
            let name = &column.name;
            errors.at(
                self.into.span(),
                format_args!(
                    "`{}.{name}` is not null and has no default, and `{}` has no such column",
                    self.into, self.from
                ),
            );
        }
    }

    /// What refers to a row must not go or change with it: the row only moves.
    fn check_referring(&self, one: &Referring, errors: &mut Errors) {
        if matches!(one.action, Action::Nothing | Action::Restrict) {
            return;
        }
        let (table, constraint) = (&one.table, &one.constraint);
        errors
            .at(
                self.from.span(),
                format_args!(
                    "rows of `{table}` refer to rows of `{}`, and would lose that",
                    self.from
                ),
            )
            .help(format_args!("drop_constraint!({table}.{constraint}); in a migration before it"))
            .note(format_args!("by `{constraint}`, `on delete {}`", one.action.sql()));
    }

    /// The condition over the rows of the other table, in which it calls them as it does here.
    fn condition_there(&self, condition: &Sql) -> String {
        let (into, named) = (self.into.quoted(), self.from.name.quoted());
        // Where it can stay as it is, an index may serve it.
        if self.into.name.quoted() == named
            || !condition.text.contains(self.from.name.text.as_str())
        {
            return condition.text.clone();
        }
        format!("(select {} from (select {into}.*) as {named})", condition.text)
    }
}
