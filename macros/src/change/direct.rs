//! `direct(max_rows = 100_000, reason = "…")`: the one-step form, for tables known to be small.

use proc_macro2::Span;
use syn::LitStr;
use syn::parse::{Parse, ParseStream};

use crate::change::clause::Clause;
use crate::diag::Errors;
use crate::plan::{Direct, Phase, SizeLimit, Step, Work};
use crate::syntax::words::list::{Reader, Words, items, value};

/// What a user asks for with `direct`.
pub(crate) struct Request {
    pub(crate) span: Span,
    max_rows: u64,
    reason: String,
}

impl Request {
    /// Reads it; none, with an error, if it does not say what it has to.
    pub(crate) fn read(clause: &Clause, errors: &mut Errors) -> Option<Self> {
        let (mut max_rows, mut reason) = (None::<Rows>, None::<LitStr>);
        let is_right = clause.read(errors, |input, errors| {
            let (mut max_rows, mut reason) = (value(&mut max_rows), value(&mut reason));
            let mut known: [(&str, &mut Reader); 2] =
                [("max_rows", &mut max_rows), ("reason", &mut reason)];
            let mut words = Words::new("option", &mut known);
            items(input, errors, |input, errors| words.read(input, errors));
            Ok(())
        });
        let span = clause.word.span();
        let reason = reason.map(|reason| reason.value()).filter(|text| !text.trim().is_empty());
        let (Some(Rows(max_rows)), Some(reason)) = (max_rows, reason) else {
            if is_right {
                errors
                    .at(span, "`direct` says how many rows the table may have, and why")
                    .help("direct(max_rows = 10_000, reason = \"…\")");
            }
            return None;
        };
        Some(Request { span, max_rows, reason })
    }

    /// The plan: the bound, then the step.
    pub(crate) fn steps(&self, direct: Direct) -> Vec<Step> {
        let (table, max_rows, reason) = (direct.table.quoted(), self.max_rows, self.reason.clone());
        let why = format!("goes on only while `{}` is small: {reason}", direct.table);
        let bound = Work::SizeLimit(SizeLimit { table, max_rows, reason });
        [Step::new(Phase::Expand, why, bound)].into_iter().chain(direct.steps()).collect()
    }
}

struct Rows(u64);

impl Parse for Rows {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        input.parse::<syn::LitInt>()?.base10_parse().map(Rows)
    }
}
