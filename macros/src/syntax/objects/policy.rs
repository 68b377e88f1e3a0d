//! Policies, `own_rows on orders, for = select, to(app), using = "…"`: what `create_policy!` and
//! `replace_policy!` take.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Token, parenthesized};

use crate::diag::Errors;
use crate::syntax::objects::trigger::parse_on;
use crate::syntax::words::list::{flag, options, unknown, value};
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;

/// A policy as it is written.
pub(crate) struct Policy {
    pub(crate) name: Name,
    pub(crate) table: TableName,
    pub(crate) restrictive: bool,
    pub(crate) command: Command,
    /// The roles that it is for; none for all.
    pub(crate) roles: Vec<Name>,
    pub(crate) using: Option<Sql>,
    pub(crate) with_check: Option<Sql>,
}

/// What a policy is asked for.
#[derive(Clone)]
pub(crate) struct Command {
    pub(crate) word: &'static str,
    span: Span,
}

const COMMANDS: [&str; 5] = ["all", "select", "insert", "update", "delete"];

impl Policy {
    pub(crate) fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let (name, table) = parse_on(input)?;
        let before = errors.count();
        let (mut restrictive, mut command, mut roles) = (false, None, Vec::new());
        let (mut using, mut with_check) = (None, None);
        let mut read_roles = |input: ParseStream| {
            let content;
            parenthesized!(content in input);
            roles.extend(content.parse_terminated(Name::parse, Token![,])?);
            Ok(())
        };
        options(
            input,
            errors,
            &mut [
                ("restrictive", &mut flag(&mut restrictive)),
                ("for", &mut value(&mut command)),
                ("to", &mut read_roles),
                ("using", &mut value(&mut using)),
                ("with_check", &mut value(&mut with_check)),
            ],
        );
        let command = command.unwrap_or(Command { word: "all", span: name.span });
        let is_broken = errors.count() > before;
        let policy = Policy { name, table, restrictive, command, roles, using, with_check };
        if !is_broken {
            policy.check(errors);
        }
        Ok(policy)
    }

    /// Refuses what PostgreSQL refuses (manual, CREATE POLICY).
    fn check(&self, errors: &mut Errors) {
        match (self.command.word, &self.using, &self.with_check) {
            ("insert", Some(using), _) => {
                errors
                    .at(using.span, "a policy for `insert` takes `with_check` alone")
                    .note("a row that is inserted was not there to be shown or hidden");
            }
            (word @ ("select" | "delete"), _, Some(check)) => {
                errors
                    .at(check.span, format_args!("a policy for `{word}` takes `using` alone"))
                    .note("no row is written that could be checked");
            }
            (_, None, None) => {
                errors
                    .at(
                        self.command.span,
                        format_args!("policy `{}` says nothing of the rows", self.name),
                    )
                    .help("using = \"…\"");
            }
            _ => {}
        }
    }

    /// Tells whether it lets rows through, and does not only hold some back.
    pub(crate) fn is_permissive(&self) -> bool {
        !self.restrictive
    }
}

impl Parse for Command {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        match COMMANDS.into_iter().find(|known| word == known) {
            Some(found) => Ok(Command { word: found, span: word.span() }),
            None => Err(unknown("command", &word, &COMMANDS)),
        }
    }
}
