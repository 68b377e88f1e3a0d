//! `direct(max_rows = 100_000, reason = "…")`: the one-step form, for tables known to be small.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::LitStr;
use syn::parse::{Parse, ParseStream, Parser};

use crate::diag::Errors;
use crate::plan::{Bound, Phase, Step, Work};
use crate::syntax::list::{Reader, Words, items, value};
use crate::syntax::name::TableName;

/// What a user asks for with `direct`.
pub(crate) struct Request {
    pub(crate) span: Span,
    max_rows: u64,
    reason: String,
}

/// The one-step form of a change, and the table whose rows it reads or writes under its lock.
pub(crate) struct Direct {
    pub(crate) table: TableName,
    pub(crate) step: Step,
}

/// The words of a request, found and not read yet.
pub(crate) struct Unread {
    word: Ident,
    stated: TokenStream,
}

impl Request {
    /// Takes `, direct(…)` out of an argument.
    pub(crate) fn split(argument: &TokenStream) -> Option<(TokenStream, Unread)> {
        let tokens: Vec<TokenTree> = argument.clone().into_iter().collect();
        let (at, word) = tokens.windows(2).enumerate().find_map(|(at, two)| match two {
            [TokenTree::Punct(comma), TokenTree::Ident(word)]
                if comma.as_char() == ',' && word == "direct" =>
            {
                Some((at, word.clone()))
            }
            _ => None,
        })?;
        let (stated, end) = match tokens.get(at + 2) {
            Some(TokenTree::Group(group)) => (group.stream(), at + 3),
            _ => (TokenStream::new(), at + 2),
        };
        let rest = tokens[..at].iter().chain(&tokens[end..]).cloned().collect();
        Some((rest, Unread { word, stated }))
    }

    /// The plan: the bound, then the step.
    pub(crate) fn steps(&self, direct: Direct) -> Vec<Step> {
        let (table, max_rows, reason) = (direct.table.quoted(), self.max_rows, self.reason.clone());
        let why = format!("goes on only while `{}` is small: {reason}", direct.table);
        let bound = Work::Bound(Bound { table, max_rows, reason });
        vec![Step::new(Phase::Expand, why, bound), direct.step]
    }
}

impl Unread {
    /// An error at the end of the argument, which has no token of its own any more.
    pub(crate) fn at_end(&self, error: syn::Error) -> syn::Error {
        let is_at_end = error.to_string().starts_with("unexpected end of input");
        if is_at_end { syn::Error::new(self.word.span(), error) } else { error }
    }

    /// Reads it; none, with an error, if it does not say what it has to.
    pub(crate) fn read(&self, errors: &mut Errors) -> Option<Request> {
        let (mut max_rows, mut reason) = (None::<Rows>, None::<LitStr>);
        let before = errors.count();
        let read = |input: ParseStream| {
            let (mut max_rows, mut reason) = (value(&mut max_rows), value(&mut reason));
            let mut known: [(&str, &mut Reader); 2] =
                [("max_rows", &mut max_rows), ("reason", &mut reason)];
            let mut words = Words::new("option", &mut known);
            items(input, errors, |input, errors| words.read(input, errors));
            Ok(())
        };
        if let (Err(error), true) = (read.parse2(self.stated.clone()), errors.count() == before) {
            errors.syntax(error);
        }
        let reason = reason.map(|reason| reason.value()).filter(|text| !text.trim().is_empty());
        let (Some(Rows(max_rows)), Some(reason)) = (max_rows, reason) else {
            if errors.count() == before {
                errors
                    .at(self.word.span(), "`direct` says how many rows the table may have, and why")
                    .help("direct(max_rows = 10_000, reason = \"…\")");
            }
            return None;
        };
        Some(Request { span: self.word.span(), max_rows, reason })
    }
}

struct Rows(u64);

impl Parse for Rows {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        input.parse::<syn::LitInt>()?.base10_parse().map(Rows)
    }
}
