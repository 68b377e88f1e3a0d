//! Constraints of a table: primary key, unique, check, foreign key, exclusion.

mod parse;

use std::fmt;

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{Token, parenthesized};

use crate::syntax::tables::exclusion::Exclusion;
use crate::syntax::tables::reference::Reference;
use crate::syntax::tables::terms::{Columns, Terms};
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;

/// A constraint; one that a user did not name gets its name from the model.
#[derive(Clone)]
pub(crate) struct Constraint {
    pub(crate) name: Option<Name>,
    pub(crate) rule: Rule,
    pub(crate) terms: Terms,
    /// The column that it was written with, after which it is named.
    pub(crate) with: Option<Name>,
    pub(crate) span: Span,
}

#[derive(Clone)]
pub(crate) enum Rule {
    PrimaryKey(Vec<Name>),
    Unique(Vec<Name>),
    Check(Sql),
    ForeignKey { columns: Vec<Name>, target: Reference },
    Exclude(Exclusion),
}

/// The words that begin a constraint in a table's list.
pub(crate) const WORDS: [&str; 5] = ["primary_key", "unique", "check", "foreign_key", "exclude"];

impl Constraint {
    pub(crate) fn of(rule: Rule, span: Span) -> Self {
        Constraint { name: None, rule, terms: Terms::default(), with: None, span }
    }

    /// Tells whether both are keys of the same columns and terms, of which PostgreSQL makes one where
    /// they come with a table.
    pub(crate) fn is_same_key(&self, other: &Constraint) -> bool {
        let key = |of: &Constraint| match &of.rule {
            Rule::PrimaryKey(columns) | Rule::Unique(columns) => Some(columns.clone()),
            _ => None,
        };
        let (terms, others) = (&self.terms, &other.terms);
        key(self).is_some_and(|columns| key(other).is_some_and(|others| others == columns))
            && terms.include == others.include
            && terms.nulls_not_distinct == others.nulls_not_distinct
            && terms.timing.is_deferrable() == others.timing.is_deferrable()
            && terms.timing.initially_deferred == others.timing.initially_deferred
    }

    /// The columns of the table itself that the constraint names in order; for a check or an
    /// exclusion, none.
    pub(crate) fn columns(&self) -> &[Name] {
        match &self.rule {
            Rule::PrimaryKey(columns)
            | Rule::Unique(columns)
            | Rule::ForeignKey { columns, .. } => columns,
            Rule::Check(_) | Rule::Exclude(_) => &[],
        }
    }

    /// Every column that it names outright.
    pub(crate) fn named_columns(&self) -> Vec<&Name> {
        let excluded = match &self.rule {
            Rule::Exclude(exclusion) => exclusion.columns().collect(),
            _ => Vec::new(),
        };
        self.columns().iter().chain(&self.terms.include).chain(excluded).collect()
    }

    /// Its expressions over the row.
    pub(crate) fn expressions(&self) -> Vec<&Sql> {
        match &self.rule {
            Rule::Check(sql) => vec![sql],
            Rule::Exclude(exclusion) => exclusion.expressions().collect(),
            _ => Vec::new(),
        }
    }

    /// The constraint on a column under another name.
    pub(crate) fn with_column(&self, from: &Name, to: &Name) -> Constraint {
        let mut constraint = self.clone();
        let rename = |names: &mut Vec<Name>| {
            for name in names.iter_mut().filter(|name| *name == from) {
                *name = to.clone();
            }
        };
        rename(&mut constraint.terms.include);
        match &mut constraint.rule {
            Rule::Check(sql) => *sql = sql.with_column(&from.text, &to.text),
            Rule::Exclude(exclusion) => *exclusion = exclusion.with_column(from, to),
            Rule::PrimaryKey(columns) | Rule::Unique(columns) => rename(columns),
            Rule::ForeignKey { columns, target } => {
                rename(columns);
                if let Some(effect) = &mut target.on_delete {
                    rename(&mut effect.columns);
                }
            }
        }
        constraint
    }

    /// Returns what it points at.
    pub(crate) fn reference(&self) -> Option<&Reference> {
        match &self.rule {
            Rule::ForeignKey { target, .. } => Some(target),
            _ => None,
        }
    }

    /// The table that it points at.
    pub(crate) fn parent(&self) -> Option<&TableName> {
        self.reference().map(|target| &target.table)
    }

    /// Tells whether it needs this column of its own table.
    pub(crate) fn needs(&self, column: &str) -> bool {
        self.named_columns().iter().any(|name| **name == *column)
            || self.expressions().iter().any(|sql| sql.mentions(column))
    }

    /// Tells whether an index enforces it, which has its name.
    pub(crate) fn has_index(&self) -> bool {
        matches!(self.rule, Rule::PrimaryKey(_) | Rule::Unique(_) | Rule::Exclude(_))
    }

    /// Tells whether it is the other, were it proved.
    pub(crate) fn would_be(&self, other: &Constraint) -> bool {
        let mut proved = self.clone();
        proved.terms.not_valid = false;
        self.terms.not_valid && proved.to_string() == other.to_string()
    }

    /// The change that proves it.
    pub(crate) fn proving(&self, table: &TableName) -> String {
        let name = self.name.as_ref().map_or("", |name| &name.text);
        format!("validate_constraint!({table}.{name});")
    }

    /// The columns by which it identifies a row, so that a foreign key may point at them.
    pub(crate) fn key(&self) -> Option<&[Name]> {
        match &self.rule {
            Rule::PrimaryKey(key) | Rule::Unique(key) if !self.terms.timing.is_deferrable() => {
                Some(key)
            }
            _ => None,
        }
    }
}

/// Reads `(a, b)`, the columns of a key.
pub(crate) fn parse_columns(input: ParseStream) -> syn::Result<Vec<Name>> {
    let content;
    parenthesized!(content in input);
    if content.is_empty() {
        return Err(syn::Error::new(content.span(), "a key needs a column"));
    }
    Ok(content.parse_terminated(Name::parse, Token![,])?.into_iter().collect())
}

impl fmt::Display for Constraint {
    /// As it is written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Rule::PrimaryKey(columns) => write!(f, "primary_key({}", Columns(columns))?,
            Rule::Unique(columns) => write!(f, "unique({}", Columns(columns))?,
            Rule::Check(sql) => write!(f, "check({sql}")?,
            Rule::ForeignKey { columns, target } => {
                write!(f, "foreign_key({} => {target}", Columns(columns))?;
            }
            Rule::Exclude(exclusion) => write!(f, "exclude({exclusion}")?,
        }
        write!(f, "{}", self.terms)?;
        if let Some(name) = &self.name {
            write!(f, ", name = {name}")?;
        }
        f.write_str(")")
    }
}
