//! A sequence that moves past the numbers which builds write themselves, while they do.

use crate::model::names::{self, Position};
use crate::plan::Statement;
use crate::plan::sql::ddl;
use crate::plan::triggers::definer::Definer;
use crate::plan::triggers::interim_sequence::identity_sequence;
use crate::plan::triggers::sync::OUTSIDE_BACKFILL;
use crate::syntax::values::default::literal;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct Advance<'a> {
    pub(crate) table: &'a TableName,
    /// An identity column.
    pub(crate) column: &'a Name,
    /// Whether its sequence counts downwards.
    pub(crate) descends: bool,
    pub(crate) at: Position,
}

/// A gap that is crossed number by number; a wider one by a leap.
const STRIDE: u32 = 1000;

impl Advance<'_> {
    fn function(&self) -> String {
        names::internal(self.table, &[&self.column.text], "advance")
    }

    fn trigger(&self) -> String {
        names::trigger(self.at, &self.function(), "write")
    }

    pub(crate) fn install(&self) -> Vec<Statement> {
        let (function, trigger) = (self.function(), self.trigger());
        let event = format!("insert or update of {}", self.column.quoted());
        let mut statements = self.create();
        statements.extend([
            ddl::create_trigger(self.table, &trigger, &event, OUTSIDE_BACKFILL, &function)
                .why("moves the sequence past a number that a build writes itself"),
            ddl::enable_always(self.table, &[&trigger])
                .why("for logical replication and restores too"),
        ]);
        statements
    }

    pub(crate) fn remove(&self) -> Vec<Statement> {
        vec![
            ddl::drop_trigger_if_exists(self.table, &self.trigger()),
            ddl::drop_function_if_exists(self.table, &self.function()),
        ]
    }

    /// Says what it cannot do.
    pub(crate) fn note(&self) -> String {
        let (column, next) = (
            &self.column,
            if self.descends { "lowest number minus" } else { "highest number plus" },
        );
        format!(
            "until the contract, a number that a build writes itself moves the sequence past it; \
             of two that take the {next} one at the same moment the later fails as before, \
             if `{column}` is unique (23505)"
        )
    }

    /// `setval` could put back what a `nextval` at the same moment has moved on: so it is for leaps
    /// that no `nextval` makes up for, one at a time. A sequence that gave no number yet, or was
    /// restarted by a `truncate`, has no last value to compare with.
    fn create(&self) -> Vec<Statement> {
        let (column, numbers) = (self.column.quoted(), identity_sequence(self.table, self.column));
        let key = literal(&format!("{}.{column}", self.table.quoted()));
        let (past, leap) = if self.descends { ("<", "-") } else { (">", "+") };
        let declare = [
            format!("numbers regclass := {numbers}"),
            format!("queue bigint := hashtextextended({key}, 0)"),
        ];
        let body = format!(
            "  if pg_sequence_last_value(numbers) is null then
    perform nextval(numbers);
  end if;
  if new.{column} {past} pg_sequence_last_value(numbers) {leap} {STRIDE} then
    perform pg_advisory_lock(queue);
    if new.{column} {past} pg_sequence_last_value(numbers) {leap} {STRIDE} then
      perform setval(numbers, new.{column});
    end if;
    perform pg_advisory_unlock(queue);
  end if;
  while new.{column} {past} pg_sequence_last_value(numbers) loop
    perform nextval(numbers);
  end loop;
"
        );
        let definer = Definer {
            table: self.table,
            name: self.function(),
            declare: &declare,
            body: &body,
            why: "has its owner's rights: whoever may insert a row may not move a sequence",
        };
        definer.create()
    }
}
