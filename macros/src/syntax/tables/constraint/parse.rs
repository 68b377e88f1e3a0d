//! How a constraint is read: in a table's list, with a column, in an operation of its own.

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, Token, parenthesized};

use super::{Constraint, Rule, WORDS};
use crate::diag::{Errors, suggestion};
use crate::syntax::tables::exclusion::Exclusion;
use crate::syntax::tables::reference::{Action, Effect, Match, Reference};
use crate::syntax::tables::terms::{columns, names_in};
use crate::syntax::words::list::{self, Reader, flag, value};
use crate::syntax::words::name::Name;
use crate::syntax::words::sql::Sql;

/// What only foreign keys and exclusion constraints say, as it is read.
#[derive(Default)]
struct Own {
    on_delete: Option<Effect>,
    on_update: Option<Action>,
    matches: Option<Match>,
    method: Option<Name>,
    predicate: Option<Sql>,
}

impl Constraint {
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
}
