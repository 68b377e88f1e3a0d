//! Constraints of a table: primary key, unique, check, foreign key, exclusion.

use std::fmt;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Ident, Token, parenthesized};

use crate::diag::{Errors, suggestion};
use crate::syntax::tables::exclusion::Exclusion;
use crate::syntax::tables::reference::{Action, Effect, Match, Reference};
use crate::syntax::tables::terms::{Columns, Terms, columns, names_in};
use crate::syntax::words::list::{self, Reader, flag, value};
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

/// What only foreign keys and exclusion constraints say, as it is read.
#[derive(Default)]
struct Own {
    on_delete: Option<Effect>,
    on_update: Option<Action>,
    matches: Option<Match>,
    method: Option<Name>,
    predicate: Option<Sql>,
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

    /// Reads one, with the word that it begins with.
    pub(crate) fn parse_item(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        if WORDS.iter().any(|known| word == known) {
            return Self::parse(&word, input, errors);
        }
        let help = suggestion(&word.to_string(), &WORDS);
        let message = format!("expected a constraint, found `{word}`\nhelp: {help}");
        Err(syn::Error::new(word.span(), message))
    }

    /// Reads one that begins with `word`, which the caller has read.
    pub(crate) fn parse(
        word: &Ident,
        input: ParseStream,
        errors: &mut Errors,
    ) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        let rule = if word == "check" {
            Rule::Check(content.parse()?)
        } else if word == "foreign_key" {
            let columns = columns(&content)?;
            content.parse::<Token![=>]>()?;
            Rule::ForeignKey { columns, target: Reference::parse_target(&content)? }
        } else if word == "primary_key" {
            Rule::PrimaryKey(columns(&content)?)
        } else if word == "exclude" {
            Rule::Exclude(Exclusion::parse_elements(&content, errors)?)
        } else {
            Rule::Unique(columns(&content)?)
        };
        let mut constraint = Constraint::of(rule, word.span());
        constraint.parse_options(&content, errors, None);
        Ok(constraint)
    }

    /// Makes one of what stands with a column: its word, and what that has in parentheses.
    pub(crate) fn parse_inline(
        column: &Name,
        word: &Ident,
        group: Option<Group>,
        errors: &mut Errors,
    ) -> syn::Result<Self> {
        let key = vec![column.clone()];
        let tokens = TokenStream::from_iter(group.map(TokenTree::from));
        let read = |input: ParseStream| {
            if word == "check" {
                let mut constraint = Self::parse(word, input, errors)?;
                if let Rule::Check(sql) = &constraint.rule {
                    constraint.span = sql.span;
                }
                return Ok(constraint);
            }
            if word == "references" {
                let content;
                parenthesized!(content in input);
                let target = Reference::parse_target(&content)?;
                let span = target.table.span();
                let rule = Rule::ForeignKey { columns: key.clone(), target };
                let mut constraint = Constraint::of(rule, span);
                constraint.parse_options(&content, errors, None);
                return Ok(constraint);
            }
            let is_key = word == "primary_key";
            let rule = if is_key { Rule::PrimaryKey } else { Rule::Unique }(key.clone());
            let mut constraint = Constraint::of(rule, word.span());
            if !input.is_empty() {
                let content;
                parenthesized!(content in input);
                constraint.read_options(&mut Own::default(), &content, errors, None, false);
            }
            Ok(constraint)
        };
        let constraint = read.parse2(tokens)?;
        Ok(Constraint { with: Some(column.clone()), ..constraint })
    }

    /// Reads `, option, …` to the end of `input`: what its kind takes, and what a caller adds.
    pub(crate) fn parse_options(
        &mut self,
        input: ParseStream,
        errors: &mut Errors,
        more: Option<(&'static str, &mut Reader)>,
    ) {
        let mut own = Own::default();
        self.read_options(&mut own, input, errors, more, true);
        match &mut self.rule {
            Rule::ForeignKey { target, .. } => {
                (target.on_delete, target.on_update) = (own.on_delete, own.on_update);
                target.is_full = own.matches.is_some_and(|found| found.is_full);
            }
            Rule::Exclude(exclusion) => {
                (exclusion.method, exclusion.predicate) = (own.method, own.predicate);
                exclusion.check(self.span, errors);
            }
            _ => {}
        }
    }

    fn read_options(
        &mut self,
        own: &mut Own,
        input: ParseStream,
        errors: &mut Errors,
        more: Option<(&'static str, &mut Reader)>,
        is_behind: bool,
    ) {
        let takes = self.takes();
        let terms = &mut self.terms;
        let known: [(&'static str, &mut Reader); 12] = [
            ("name", &mut value(&mut self.name)),
            ("deferrable", &mut flag(&mut terms.timing.deferrable)),
            ("initially_deferred", &mut flag(&mut terms.timing.initially_deferred)),
            ("no_inherit", &mut flag(&mut terms.no_inherit)),
            ("not_valid", &mut flag(&mut terms.not_valid)),
            ("nulls_not_distinct", &mut flag(&mut terms.nulls_not_distinct)),
            ("include", &mut names_in(&mut terms.include)),
            ("on_delete", &mut value(&mut own.on_delete)),
            ("on_update", &mut value(&mut own.on_update)),
            ("match", &mut value(&mut own.matches)),
            ("using", &mut value(&mut own.method)),
            ("where", &mut value(&mut own.predicate)),
        ];
        let mut known: Vec<(&'static str, &mut Reader)> =
            known.into_iter().filter(|(word, _)| takes.contains(word)).collect();
        let mut read_more;
        if let Some((word, reader)) = more {
            read_more = |input: ParseStream| reader(input);
            known.push((word, &mut read_more));
        }
        if is_behind {
            list::options(input, errors, &mut known);
        } else {
            list::options_alone(input, errors, &mut known);
        }
    }

    /// The options that its kind has.
    fn takes(&self) -> &'static [&'static str] {
        match self.rule {
            Rule::Check(_) => &["name", "no_inherit", "not_valid"],
            Rule::PrimaryKey(_) => &["name", "include", "deferrable", "initially_deferred"],
            Rule::Unique(_) => {
                &["name", "include", "nulls_not_distinct", "deferrable", "initially_deferred"]
            }
            Rule::ForeignKey { .. } => &[
                "name",
                "on_delete",
                "on_update",
                "match",
                "deferrable",
                "initially_deferred",
                "not_valid",
            ],
            Rule::Exclude(_) => &["name", "using", "where", "deferrable", "initially_deferred"],
        }
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

    /// What it points at.
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
