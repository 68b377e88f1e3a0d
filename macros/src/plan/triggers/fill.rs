//! A value for rows that have none.

use crate::model::names::{self, Position};
pub(crate) use crate::plan::safe::repair::Event;
use crate::plan::safe::repair::Repair;
use crate::plan::{Statement, Step};
use crate::syntax::values::types::Type;
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;
use crate::syntax::words::target::Target;

/// The condition of a row that has no value and gets one. Null is a value too, where a column may be
/// null.
pub(crate) fn has_none(column: &Name, value: &str) -> String {
    format!("{} is null and ({value}) is not null", column.quoted())
}

/// Keeps a column filled while builds that do not know it, or its NOT NULL, still write.
pub(crate) struct Fill<'a> {
    pub(crate) table: &'a TableName,
    pub(crate) column: &'a Name,
    /// The column's type, where it is known.
    pub(crate) ty: Option<&'a Type>,
    /// The value, an expression over the row's columns.
    pub(crate) value: String,
    /// Whether a row for which the value is null is left as it is.
    pub(crate) may_be_null: bool,
    pub(crate) event: Event,
    pub(crate) at: Position,
}

impl<'a> Fill<'a> {
    /// Returns what a `fill` option asks for, if it is given.
    pub(crate) fn of(target: &'a Target, fill: Option<&Sql>, at: Position) -> Option<Self> {
        let (table, column) = (target.table(), target.column());
        let value = fill?.text.clone();
        Some(Fill { table, column, ty: None, value, may_be_null: false, event: Event::Both, at })
    }

    /// Of a composite `is null` asks each field.
    fn repair(&self) -> Repair<'_> {
        let has_fields = self.ty.is_some_and(Type::may_have_fields);
        let [is, is_not] = if has_fields {
            ["is not distinct from", "is distinct from"]
        } else {
            ["is", "is not"]
        };
        let column = self.column.quoted();
        Repair {
            table: self.table,
            function: names::internal(self.table, &[&self.column.text], "fill"),
            event: self.event,
            set: vec![(self.column, &self.value)],
            when: Some(format!("new.{column} {is} null")),
            guard: None,
            pending: if self.may_be_null {
                format!("{column} {is} null and ({}) {is_not} null", self.value)
            } else {
                format!("{column} {is} null")
            },
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
