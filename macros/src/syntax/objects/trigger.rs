//! Triggers, `stamp on users, before(insert, update(name)), function = touch`: what
//! `create_trigger!` and `replace_trigger!` take.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token, parenthesized};

use crate::diag::Errors;
use crate::syntax::words::list::{items, keyword, options, unknown, value};
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;

/// A trigger as it is written.
pub(crate) struct Trigger {
    pub(crate) name: Name,
    pub(crate) table: TableName,
    /// `before`, `after`, `instead of`.
    pub(crate) timing: &'static str,
    pub(crate) events: Vec<Event>,
    pub(crate) each: Each,
    pub(crate) when: Option<Sql>,
    pub(crate) function: TableName,
    /// What the function finds in `tg_argv`.
    pub(crate) arguments: Vec<LitStr>,
    pub(crate) old_table: Option<Name>,
    pub(crate) new_table: Option<Name>,
}

/// What a trigger fires on.
pub(crate) struct Event {
    pub(crate) word: &'static str,
    /// The columns of an `update of`.
    pub(crate) columns: Vec<Name>,
}

/// How often it fires.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Each {
    Row,
    Statement,
}

/// A trigger's or a policy's name and its table: `stamp on users`.
pub(crate) fn parse_on(input: ParseStream) -> syn::Result<(Name, TableName)> {
    let name: Name = input.parse()?;
    keyword("on", &format!("{name} on table"), input)?;
    Ok((name, input.parse()?))
}

impl Trigger {
    pub(crate) fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let (name, table) = parse_on(input)?;
        input.parse::<Token![,]>()?;
        let (timing, at) = one_of("time to fire", &TIMES, input)?;
        let content;
        parenthesized!(content in input);
        let mut events = Vec::new();
        items(&content, errors, |input, _| {
            events.push(input.parse()?);
            Ok(())
        });
        let (mut each, mut when, mut function) = (None, None, None);
        let (mut arguments, mut old_table, mut new_table) = (Vec::new(), None, None);
        let mut read_arguments = |input: ParseStream| {
            let content;
            parenthesized!(content in input);
            arguments.extend(content.parse_terminated(<LitStr as Parse>::parse, Token![,])?);
            Ok(())
        };
        options(
            input,
            errors,
            &mut [
                ("each", &mut value(&mut each)),
                ("when", &mut value(&mut when)),
                ("function", &mut value(&mut function)),
                ("args", &mut read_arguments),
                ("old_table", &mut value(&mut old_table)),
                ("new_table", &mut value(&mut new_table)),
            ],
        );
        let each = each.unwrap_or(Each::Row);
        let Some(function) = function else {
            let message = format!("trigger `{name}` has no function\nhelp: function = …");
            return Err(syn::Error::new(name.span, message));
        };
        #[rustfmt::skip]
        let trigger = Trigger { name, table, timing, events, each, when, function, arguments, old_table, new_table };
        trigger.check(at, errors);
        Ok(trigger)
    }

    /// The columns that its `update of` lists.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &Name> {
        self.events.iter().flat_map(|event| &event.columns)
    }

    /// Refuses what PostgreSQL refuses (manual, CREATE TRIGGER).
    fn check(&self, timing: Span, errors: &mut Errors) {
        let per_row = self.each == Each::Row;
        if self.events.is_empty() && errors.count() == 0 {
            errors.at(timing, "a trigger fires on something").help("before(insert, update)");
        }
        if self.timing == "instead of" && !per_row {
            errors.at(timing, "`instead_of` fires for each row");
        }
        if let (Some(when), "instead of") = (&self.when, self.timing) {
            errors.at(when.span, "`instead_of` takes no `when`");
        }
        let truncates = self.events.iter().any(|event| event.word == "truncate");
        if truncates && per_row {
            errors.at(timing, "`truncate` fires once a statement").help("each = statement");
        }
        for name in self.old_table.iter().chain(&self.new_table) {
            if self.timing != "after" {
                errors.at(name.span, "only `after` sees all the rows of a statement");
            }
        }
        if self.name.text.as_str() < "\"" {
            errors
                .at(self.name.span, format_args!("trigger `{}` would fire before Changeover's own", self.name))
                .help("a name that starts with a letter")
                .note("triggers fire in the order of their names, and those that keep an old and a new column equal must have done so before another reads them");
        }
        // Ours start so, and must see what the user's have made of the row.
        if self.name.text.as_str() >= "zzz_" {
            errors
                .at(self.name.span, format_args!("trigger `{}` would fire after Changeover's own", self.name))
                .help("a name that sorts before `zzz_`")
                .note("triggers fire in the order of their names, and those that keep an old and a new column equal must see the row as it is stored");
        }
    }
}

/// A word of a macro, and the same in SQL.
type Word = (&'static str, &'static str);

const TIMES: [Word; 3] = [("before", "before"), ("after", "after"), ("instead_of", "instead of")];
const EVENTS: [Word; 4] =
    [("insert", "insert"), ("update", "update"), ("delete", "delete"), ("truncate", "truncate")];

/// Reads one of the words; `kind` is what they are.
fn one_of(kind: &str, words: &[Word], input: ParseStream) -> syn::Result<(&'static str, Span)> {
    let word = input.call(Ident::parse_any)?;
    let known: Vec<&str> = words.iter().map(|(written, _)| *written).collect();
    match words.iter().find(|(written, _)| word == written) {
        Some((_, sql)) => Ok((sql, word.span())),
        None => Err(unknown(kind, &word, &known)),
    }
}

impl Parse for Event {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let (word, _) = one_of("event", &EVENTS, input)?;
        let mut columns = Vec::new();
        if word == "update" && input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            columns.extend(content.parse_terminated(Name::parse, Token![,])?);
        }
        Ok(Event { word, columns })
    }
}

impl Parse for Each {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let words = [("row", "row"), ("statement", "statement")];
        let (word, _) = one_of("trigger", &words, input)?;
        Ok(if word == "row" { Each::Row } else { Each::Statement })
    }
}
