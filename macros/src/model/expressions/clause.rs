//! The clauses that an expression may stand in, and what PostgreSQL takes there.

use crate::diag::Errors;
use crate::grammar::{Call, Expression, Reference, Volatility};
use crate::syntax::tables::column::Column;
use crate::syntax::tables::table::Table;
use crate::syntax::words::sql::Sql;

/// PostgreSQL manual, "System Columns".
const SYSTEM_COLUMNS: [&str; 7] = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", "oid"];

/// Where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clause {
    /// A row's value, which a trigger and a backfill compute: `fill`, `up`, `down`.
    Row,
    Check,
    /// A key of an index.
    Key,
    /// The condition of an index.
    Predicate,
    Generated,
    Default,
    /// The condition of a trigger, over `new` and `old`.
    When,
    /// Which rows a policy lets through.
    Policy,
}

impl Clause {
    pub(in crate::model) fn name(self) -> &'static str {
        match self {
            Clause::Row => "a row's value",
            Clause::Check => "a check",
            Clause::Key => "an index",
            Clause::Predicate => "an index's condition",
            Clause::Generated => "a generated column",
            Clause::Default => "a default",
            Clause::When => "a trigger's condition",
            Clause::Policy => "a policy",
        }
    }

    /// PostgreSQL's reason for what it takes here.
    pub(in crate::model) fn reason(self) -> &'static str {
        match self {
            Clause::Row => "a trigger computes it for a row while that is written",
            Clause::Check => "PostgreSQL looks at a row when it is written, and never again",
            Clause::Key | Clause::Predicate => {
                "PostgreSQL computes it when a row is written, and relies on it for ever"
            }
            Clause::Generated => "PostgreSQL computes it when the row is written, from that alone",
            Clause::Default => "PostgreSQL computes it before there is a row",
            Clause::When => "PostgreSQL asks it for each row, before it calls the function",
            Clause::Policy => "PostgreSQL asks it for each row that a statement meets",
        }
    }

    /// Tells whether a function may be used here that is not the same for ever.
    fn takes(self, volatility: Volatility) -> bool {
        match self {
            Clause::Row | Clause::Default | Clause::When | Clause::Policy => true,
            Clause::Check => volatility != Volatility::Volatile,
            Clause::Key | Clause::Predicate | Clause::Generated => {
                !matches!(volatility, Volatility::Volatile | Volatility::Stable)
            }
        }
    }

    pub(in crate::model) fn check_call(self, call: &Call, sql: &Sql, errors: &mut Errors) {
        let (name, place) = (&call.name, self.name());
        if call.is_aggregate() || call.is_window() {
            errors
                .at(sql.span, format_args!("`{name}` takes several rows, and {place} is about one"))
                .note(self.reason());
        } else if call.gives_rows() {
            errors
                .at(sql.span, format_args!("`{name}` gives rows, where {place} is one value"))
                .note(self.reason());
        } else if !self.takes(call.volatility) {
            let message = match self {
                Clause::Check => format!("`{name}` gives another value each time"),
                _ => format!("`{name}` is not immutable, and {place} takes nothing else"),
            };
            errors.at(sql.span, message).note(self.reason());
        }
    }

    pub(in crate::model) fn check_generated(self, column: &Column, sql: &Sql, errors: &mut Errors) {
        if column.generated.is_none() {
            return;
        }
        let name = &column.name;
        match self {
            Clause::Row => {
                errors
                    .at(
                        sql.span,
                        format_args!(
                            "generated column `{name}` has no value yet when the trigger runs"
                        ),
                    )
                    .note("PostgreSQL computes generated columns after all BEFORE triggers");
            }
            Clause::Generated => {
                errors
                    .at(
                        sql.span,
                        format_args!("a generated column cannot use `{name}`, which is one too"),
                    )
                    .note("PostgreSQL computes them all at once");
            }
            Clause::Check
            | Clause::Key
            | Clause::Predicate
            | Clause::Default
            | Clause::When
            | Clause::Policy => {}
        }
    }

    pub(in crate::model) fn check_system(self, column: &str, sql: &Sql, errors: &mut Errors) {
        let takes_it = column == "tableoid" && matches!(self, Clause::Check | Clause::Generated);
        if !takes_it && !matches!(self, Clause::When | Clause::Policy) {
            errors
                .at(
                    sql.span,
                    format_args!("{} cannot use the system column `{column}`", self.name()),
                )
                .note("PostgreSQL sets it when the row is stored");
        }
    }

    /// A trigger's condition says of each column which state of the row it means.
    pub(in crate::model) fn check_bare(reference: &Reference, sql: &Sql, errors: &mut Errors) {
        let Some(column) = reference.column.as_ref().filter(|name| !is_row(name)) else { return };
        errors
            .at(
                sql.span,
                format_args!("a trigger's condition is over `new` and `old`, found `{column}`"),
            )
            .help(format_args!("new.{column}"));
    }

    /// The zone is the session's, so that what is computed with it is not the same for ever.
    pub(in crate::model) fn check_time_zone(
        self,
        expression: &Expression,
        table: &Table,
        sql: &Sql,
        errors: &mut Errors,
    ) {
        if self.takes(Volatility::Stable) {
            return;
        }
        for (name, used) in expression.uses_of_zone() {
            let column = table.column(&name);
            if column.is_some_and(|column| column.ty.sql.starts_with("timestamptz")) {
                errors
                    .at(sql.span, format_args!("`{used}` depends on the session's time zone"))
                    .help(format_args!("({name} at time zone 'utc') in the place of {name}"))
                    .note(self.reason());
            }
        }
    }
}

pub(in crate::model) fn is_system(column: &str) -> bool {
    SYSTEM_COLUMNS.contains(&column)
}

/// Tells whether it is one of the two states of a row that a trigger sees.
pub(in crate::model) fn is_row(name: &str) -> bool {
    ["new", "old"].contains(&name)
}
