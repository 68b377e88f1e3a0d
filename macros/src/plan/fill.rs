//! A value for rows that have none.

use crate::model::names::{self, Position};
pub(crate) use crate::plan::repair::Event;
use crate::plan::repair::Repair;
use crate::plan::{Statement, Step};
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

impl<'a> Fill<'a> {
    /// What a `fill` option asks for, if it is given.
    pub(crate) fn of(target: &'a Target, fill: Option<&Sql>, at: Position) -> Option<Self> {
        let (table, column) = (target.table(), target.column());
        Some(Fill { table, column, value: fill?.text.clone(), event: Event::Both, at })
    }

    fn repair(&self) -> Repair<'_> {
        let column = self.column.quoted();
        Repair {
            table: self.table,
            function: names::internal(self.table, &[&self.column.text], "fill"),
            event: self.event,
            set: vec![(self.column, &self.value)],
            when: Some(format!("new.{column} is null")),
            guard: None,
            pending: format!("{column} is null"),
            look: None,
            at: self.at,
        }
    }

    /// The statements that install the trigger, after what they need.
    pub(crate) fn install(&self) -> Vec<Statement> {
        self.repair().install()
    }

    /// The statements that remove the trigger.
    pub(crate) fn remove(&self) -> Vec<Statement> {
        self.repair().remove()
    }

    pub(crate) fn backfill(&self) -> Step {
        self.repair().backfill()
    }
}
