//! Expressions against the schema: that PostgreSQL can read them, that they may stand where they
//! do, and that the columns that they name are there.

use crate::diag::{Errors, nearest};
use crate::grammar::{Expression, Reference, Source};
pub(crate) use crate::model::expressions::clause::Clause;
use crate::model::expressions::clause::{is_row, is_system};
use crate::model::{Object, Schema};
use crate::syntax::indexes::index::Index;
use crate::syntax::indexes::key::KeyValue;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::table::Table;
use crate::syntax::values::default::Default;
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;

impl Schema {
    /// A row's value, over the columns of `table`: that PostgreSQL can read it, that it may stand
    /// there, and that its columns exist.
    pub(crate) fn expression(&self, table: &Table, sql: &Sql, errors: &mut Errors) {
        self.clause(Clause::Row, table, sql, errors);
    }

    /// The expressions of a table, or of a part of one that `table` is with.
    pub(crate) fn expressions_of(&self, part: &Table, table: &Table, errors: &mut Errors) {
        for column in &part.columns {
            let default = column.default.as_ref().and_then(Default::computed);
            for (clause, sql) in
                [(Clause::Default, default), (Clause::Generated, column.generated.as_ref())]
            {
                if let Some(sql) = sql {
                    self.clause(clause, table, sql, errors);
                }
            }
        }
        for constraint in &part.constraints {
            self.expressions_of_constraint(constraint, table, errors);
        }
        for index in &part.indexes {
            self.expressions_of_index(index, table, errors);
        }
    }

    pub(crate) fn expressions_of_constraint(
        &self,
        constraint: &Constraint,
        table: &Table,
        errors: &mut Errors,
    ) {
        match &constraint.rule {
            Rule::Check(sql) => self.clause(Clause::Check, table, sql, errors),
            Rule::Exclude(exclusion) => {
                for sql in exclusion.compared() {
                    self.clause(Clause::Key, table, sql, errors);
                }
                if let Some(sql) = &exclusion.predicate {
                    self.clause(Clause::Predicate, table, sql, errors);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn expressions_of_index(&self, index: &Index, table: &Table, errors: &mut Errors) {
        for key in &index.keys {
            if let KeyValue::Expression(sql) = &key.value {
                self.clause(Clause::Key, table, sql, errors);
            }
        }
        if let Some(sql) = &index.predicate {
            self.clause(Clause::Predicate, table, sql, errors);
        }
    }

    /// An expression in another clause.
    pub(crate) fn clause(&self, clause: Clause, table: &Table, sql: &Sql, errors: &mut Errors) {
        let expression = match Expression::read(&sql.text) {
            Ok(expression) => expression,
            Err(problem) => {
                errors.at(sql.span, problem);
                return;
            }
        };
        if !matches!(clause, Clause::Row | Clause::Policy) && expression.has_query() {
            errors
                .at(sql.span, format_args!("{} holds no query", clause.name()))
                .note(clause.reason());
            return;
        }
        for call in expression.calls().iter().filter(|call| !call.is_in_query) {
            // PostgreSQL takes a check that gives another value each time.
            let is_taken = self.is_baseline && clause == Clause::Check && call.is_of_one_row();
            if !is_taken {
                clause.check_call(call, sql, errors);
            }
        }
        clause.check_time_zone(&expression, table, sql, errors);
        self.check_labels_in(sql, errors);
        self.check_sequences(table, sql, errors);
        let references = expression.references();
        if clause == Clause::Default {
            if let Some(named) = references.first() {
                errors
                    .at(
                        sql.span,
                        format_args!("a default names no column, found `{}`", named.sql()),
                    )
                    .note(clause.reason());
            }
            return;
        }
        let mut seen = Vec::new();
        for reference in &references {
            let written = reference.sql();
            if !seen.contains(&written) {
                self.reference_in(clause, table, reference, sql, errors);
                seen.push(written);
            }
        }
    }

    /// One name in an expression.
    fn reference_in(
        &self,
        clause: Clause,
        table: &Table,
        reference: &Reference,
        sql: &Sql,
        errors: &mut Errors,
    ) {
        let own = match reference.qualifier.as_slice() {
            _ if reference.source().is_some() => return self.in_query(reference, sql, errors),
            [name] if clause == Clause::When => is_row(name),
            [] if clause == Clause::When => return Clause::check_bare(reference, sql, errors),
            [] => true,
            [name] => table.name.name == *name.as_str(),
            [schema, name] => table.name.schema() == schema && table.name.name == *name.as_str(),
            _ => false,
        };
        let Some(column) = &reference.column else { return };
        if !own {
            let (qualifier, known) = (reference.qualifier.join("."), &table.name);
            errors
                .at(
                    sql.span,
                    format_args!("there is no `{qualifier}` here, only the row of `{known}`"),
                )
                .help(column);
            return;
        }
        if let Some(found) = table.column(column) {
            clause.check_generated(found, sql, errors);
            return;
        }
        // A whole row, or a column of something that a subquery reads.
        let bare = reference.qualifier.is_empty();
        if bare && (table.name.name == *column.as_str() || self.may_be_of_query(reference)) {
            return;
        }
        if is_system(column) {
            clause.check_system(column, sql, errors);
        } else if !(self.is_assumed && self.find(&table.name).is_some()) {
            self.report_missing(table, reference, column, sql, errors);
        }
    }

    /// A name that is qualified with something that a subquery reads.
    fn in_query(&self, reference: &Reference, sql: &Sql, errors: &mut Errors) {
        let read = reference.source().and_then(|source| self.source_table(source));
        let (Some(table), Some(column)) = (read, &reference.column) else { return };
        if table.column(column).is_none() && !is_system(column) {
            self.report_missing(table, reference, column, sql, errors);
        }
    }

    /// Tells whether a bare name may be a column of what the subqueries round it read.
    fn may_be_of_query(&self, reference: &Reference) -> bool {
        let Some(name) = &reference.column else { return false };
        reference.sources.iter().any(|source| {
            source.alias == *name
                || self.source_table(source).is_none_or(|table| table.column(name).is_some())
        })
    }

    fn source_table(&self, source: &Source) -> Option<&Table> {
        let (schema, name) = source.table.as_ref()?;
        let schema = schema.as_deref().filter(|schema| *schema != "public").map(Name::new);
        self.find(&TableName { schema, name: Name::new(name) })
    }

    fn report_missing(
        &self,
        table: &Table,
        reference: &Reference,
        column: &str,
        sql: &Sql,
        errors: &mut Errors,
    ) {
        let name = Name { text: column.to_owned(), span: sql.span };
        let claim = Object::column(&table.name, &name).at(sql.span);
        if self.retiring(&claim, errors) || self.may_be_unread(&name) {
            return;
        }
        if is_of_domain(table) {
            errors
                .at(sql.span, format_args!("a domain's check knows `value` alone, not `{name}`"))
                .help("value");
            return;
        }
        let error =
            errors.at(sql.span, format_args!("table `{}` has no column `{name}`", table.name));
        let columns = || table.columns.iter().map(|column| column.name.text.as_str());
        let same = columns().find(|known| known.to_lowercase() == column.to_lowercase());
        if let Some(same) = same {
            error
                .help(format_args!("\\\"{same}\\\""))
                .note("PostgreSQL takes a name without quotes in lower case");
        } else if reference.is_quoted && nearest(column, &columns().collect::<Vec<_>>()).is_none() {
            error.help(format_args!("'{column}', if it is a string"));
        } else {
            error.nearest(column, columns());
        }
    }
}

/// Tells whether it is the row by which a domain's check is read.
fn is_of_domain(row: &Table) -> bool {
    row.name.name == *"value" && matches!(row.columns.as_slice(), [one] if one.name == *"value")
}
