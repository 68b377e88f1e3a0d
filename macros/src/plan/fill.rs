//! A value for rows that have none: a trigger for what clients write, a backfill for what is
//! there.

use crate::model::names::{self, Position};
use crate::plan::sync::OUTSIDE_BACKFILL;
use crate::plan::{Backfill, Phase, Statement, Step, Work, ddl};
use crate::syntax::name::{Name, TableName};
use crate::syntax::sql::Sql;
use crate::syntax::target::Target;

/// Keeps a column filled while builds that do not know it, or its NOT NULL, still write.
pub(crate) struct Fill<'a> {
    pub(crate) table: &'a TableName,
    pub(crate) column: &'a Name,
    /// The value, an expression over the row's columns.
    pub(crate) value: String,
    pub(crate) event: Event,
    pub(crate) at: Position,
}

#[derive(Clone, Copy)]
pub(crate) enum Event {
    /// A row that the backfill has not reached moves when it is updated.
    Update,
    Both,
}

impl<'a> Fill<'a> {
    /// What a `fill` option asks for, if it is given.
    pub(crate) fn of(target: &'a Target, fill: Option<&Sql>, at: Position) -> Option<Self> {
        let (table, column) = (target.table(), target.column());
        Some(Fill { table, column, value: fill?.text.clone(), event: Event::Both, at })
    }

    fn function(&self) -> String {
        names::internal(self.table, &[&self.column.text], "fill")
    }

    fn trigger(&self) -> String {
        names::trigger(self.at, &self.function(), "write")
    }

    /// The statements that install the trigger, after what they need.
    pub(crate) fn install(&self) -> Vec<Statement> {
        let (column, trigger) = (self.column.quoted(), self.trigger());
        let event = match self.event {
            Event::Update => "update",
            Event::Both => "insert or update",
        };
        let body = format!(
            "#variable_conflict use_column\nbegin\n  new.{column} := (select {} from (select new.*) as {});\n  return new;\nend",
            self.value,
            self.table.name.quoted(),
        );
        let when = format!("new.{column} is null and {OUTSIDE_BACKFILL}");
        vec![
            ddl::create_function(self.table, &self.function(), &body),
            ddl::create_trigger(self.table, &trigger, event, &when, &self.function())
                .why("fills what a build leaves out that does not know better"),
            ddl::enable_always(self.table, &[&trigger])
                .why("for logical replication and restores too"),
        ]
    }

    /// The statements that remove the trigger.
    pub(crate) fn remove(&self) -> Vec<Statement> {
        vec![
            ddl::drop_trigger_if_exists(self.table, &self.trigger()),
            ddl::drop_function_if_exists(self.table, &self.function()),
        ]
    }

    pub(crate) fn backfill(&self) -> Step {
        let column = self.column.quoted();
        Step::new(
            Phase::Migrate,
            format!("gives `{}` to the rows that were there before", self.column),
            Work::Backfill(Backfill {
                table: self.table.quoted(),
                set: format!("{column} = {}", self.value),
                pending: format!("{column} is null"),
            }),
        )
    }
}
