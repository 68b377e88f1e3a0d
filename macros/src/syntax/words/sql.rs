//! Fragments of SQL that a user writes as a string, read far enough to be set into a statement.

use std::fmt;

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{Lit, LitStr};

use crate::grammar::{Expression, Reference};
use crate::syntax::words::lexer::unfit;

/// An expression of SQL.
#[derive(Clone)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Sql {
    /// Its tree; none where the grammar does not take it, which the schema reports
    /// ([`Schema::expression`](crate::model::Schema::expression)).
    fn tree(&self) -> Option<Expression> {
        Expression::read(&self.text).ok()
    }

    /// The columns that it names.
    pub(crate) fn references(&self) -> Vec<Reference> {
        self.tree().map_or(Vec::new(), |tree| tree.references())
    }

    /// Tells whether it needs this column, by its name or as part of a whole row.
    pub(crate) fn mentions(&self, column: &str) -> bool {
        // Most expressions hold no such word, and need not be read.
        let holds = |text: &str| self.text.to_lowercase().contains(&text.to_lowercase());
        (holds(column) || holds(".*"))
            && self.references().iter().any(|reference| reference.may_be(column))
    }

    /// Tells whether it reads other rows.
    pub(crate) fn has_query(&self) -> bool {
        self.tree().is_some_and(|tree| tree.has_query())
    }

    /// Tells whether it gives each row of a statement a value of its own, as far as its functions
    /// tell. A function that is not known counts as volatile: the plan is then longer than it need
    /// be, and never wrong.
    pub(crate) fn is_volatile(&self) -> bool {
        self.tree().is_none_or(|tree| tree.is_volatile())
    }

    /// Tells whether it calls one of PostgreSQL's own functions that gives another value each time.
    pub(crate) fn is_surely_volatile(&self) -> bool {
        self.tree().is_none_or(|tree| tree.is_surely_volatile())
    }

    /// Tells whether it binds so tightly that it needs no parentheses round it.
    pub(crate) fn is_primary(&self) -> bool {
        self.tree().is_some_and(|tree| tree.is_primary())
    }

    /// The expression with a column under another name.
    pub(crate) fn with_column(&self, from: &str, to: &str) -> Sql {
        self.with(from, &format!("\"{to}\""))
    }

    /// Returns how many times it reads a column.
    pub(crate) fn times_named(&self, column: &str) -> usize {
        let named = |reference: &Reference| reference.column.as_deref() == Some(column);
        self.references().iter().filter(|it| named(it)).count()
    }

    /// The expression with other text in the place of a column.
    pub(crate) fn with(&self, from: &str, to: &str) -> Sql {
        let mut text = self.text.clone();
        let named = |reference: &Reference| reference.column.as_deref() == Some(from);
        for reference in self.references().into_iter().rev().filter(|it| named(it)) {
            if reference.source().is_none() {
                text.replace_range(reference.range, to);
            }
        }
        Sql { text, span: self.span }
    }
}

impl Parse for Sql {
    /// A string of SQL, or a bare number or boolean.
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let literal: Lit = input.parse()?;
        let (text, span) = match &literal {
            Lit::Str(text) => (text.value(), text.span()),
            Lit::Int(number) => (number.base10_digits().to_owned(), number.span()),
            Lit::Float(number) => (number.base10_digits().to_owned(), number.span()),
            Lit::Bool(value) => (value.value.to_string(), value.span()),
            other => return Err(syn::Error::new(other.span(), "expected a string of SQL")),
        };
        match unfit(&text) {
            Some(problem) => Err(syn::Error::new(span, problem)),
            None => Ok(Sql { text: text.trim().to_owned(), span }),
        }
    }
}

impl fmt::Display for Sql {
    /// As it is written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", LitStr::new(&self.text, self.span).value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(text: &str) -> Sql {
        Sql { text: text.into(), span: Span::call_site() }
    }

    #[test]
    fn what_is_one_value_needs_no_parentheses() {
        for text in ["now()", "'x'", "0", "'{}'::jsonb", "coalesce(1, 2 + 3)", "current_date"] {
            assert!(sql(text).is_primary(), "{text}");
        }
        for text in ["now() at time zone 'utc'", "1 + 1", "not true", "'a' || 'b'"] {
            assert!(!sql(text).is_primary(), "{text}");
        }
    }

    #[test]
    fn a_column_is_renamed_where_it_is_one() {
        let renamed = sql("Date > \"date\" and x::date = date(t.date) and 'date' <> ''")
            .with_column("date", "day");
        assert_eq!(
            renamed.text,
            "\"day\" > \"day\" and x::date = date(t.\"day\") and 'date' <> ''"
        );
    }

    #[test]
    fn a_column_is_found_in_either_spelling() {
        assert!(sql("Username || 'x'").mentions("username"));
        assert!(sql("\"Mixed\" + 1").mentions("Mixed"));
        assert!(!sql("'username'").mentions("username"));
    }
}
