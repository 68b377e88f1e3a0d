//! A value of an enum that gives way to another, in the rows of one column.
//!
//! PostgreSQL takes no value of an enum away: a trigger turns it into the other in what is
//! written, a backfill in what is there, and a check keeps it out (catalog G2, G3).

use crate::model::dependents::enum_columns::Holder;
use crate::model::names::{self, Position};
use crate::plan::sql::ddl;
use crate::plan::triggers::sync::OUTSIDE_BACKFILL;
use crate::plan::{Backfill, Phase, Statement, Step, Work};
use crate::syntax::values::default::literal;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct GivesWay<'a> {
    pub(crate) holder: &'a Holder,
    pub(crate) from: &'a Name,
    pub(crate) to: &'a Name,
    pub(crate) at: Position,
}

impl GivesWay<'_> {
    fn table(&self) -> &TableName {
        &self.holder.table
    }

    fn column(&self) -> &Name {
        &self.holder.column.name
    }

    fn function(&self) -> String {
        names::internal(self.table(), &[&self.column().text, &self.from.text], "value")
    }

    fn trigger(&self) -> String {
        names::trigger(self.at, &self.function(), "write")
    }

    /// The column with the other value.
    fn value(&self, row: &str) -> String {
        let (from, to) = (literal(&self.from.text), literal(&self.to.text));
        if self.holder.column.ty.is_array() {
            format!("pg_catalog.array_replace({row}{}, {from}, {to})", self.column().quoted())
        } else {
            to
        }
    }

    pub(crate) fn install(&self) -> Vec<Statement> {
        let (table, function, trigger) = (self.table(), self.function(), self.trigger());
        let (column, value) = (self.column().quoted(), self.value("new."));
        let body = format!("begin\n  new.{column} := {value};\n  return new;\nend");
        let when = format!("{}\n    and {OUTSIDE_BACKFILL}", self.holder.holds("new.", self.from));
        vec![
            ddl::create_function(table, &function, &body),
            ddl::create_trigger(table, &trigger, "insert or update", &when, &function)
                .why(format!("`{}` becomes `{}` as it is written", self.from, self.to)),
            ddl::enable_always(table, &[&trigger]).why("for logical replication and restores too"),
        ]
    }

    pub(crate) fn remove(&self) -> Vec<Statement> {
        vec![
            ddl::drop_trigger_if_exists(self.table(), &self.trigger()),
            ddl::drop_function_if_exists(self.table(), &self.function()),
        ]
    }

    /// Turns the rows that are there, and keeps the value out from then on.
    pub(crate) fn replace(&self, phase: Phase) -> Vec<Step> {
        let (table, column) = (self.table(), self.column());
        let (from, to, check) = (self.from, self.to, self.holder.check(self.from));
        let fill = Work::Backfill(Backfill {
            table: table.quoted(),
            set: vec![(column.clone(), self.value(""))],
            pending: self.holder.holds("", from),
            agrees: Vec::new(),
        });
        let add = ddl::add_check_not_valid(table, &check.text, &self.holder.without(from));
        let why = format!("`{to}` in the place of `{from}` in the rows that are there");
        let kept_out =
            format!("new rows hold no `{from}` in `{column}`; old ones are not read yet");
        let read = "reads every row, in a transaction of its own because a scan under the lock of the step before would block";
        vec![
            Step::new(phase, why, fill),
            Step::transaction(phase, kept_out, vec![add])
                .undo(vec![ddl::drop_constraint_if_exists(table, &check.text)]),
            Step::transaction(phase, read, vec![ddl::validate(table, &check.text)]),
        ]
    }
}
