//! Compile errors: collected, so that one mistake hides no other, and never dropped unseen.

use std::fmt::Display;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

/// The errors of one macro call, in the order in which they were found.
///
/// Dropping it without [`Errors::compile_errors`] panics: an error that nobody looks at would
/// let a wrong plan compile.
pub(crate) struct Errors {
    found: Vec<Diagnostic>,
    warnings: Vec<(&'static str, Diagnostic)>,
    looked_at: bool,
}

/// One error: what is wrong, how to mend it, and why PostgreSQL cares.
pub(crate) struct Diagnostic {
    span: Span,
    text: String,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Errors { found: Vec::new(), warnings: Vec::new(), looked_at: false }
    }

    /// Adds an error at `span`, the smallest token that mends it.
    pub(crate) fn at(&mut self, span: Span, message: impl Display) -> &mut Diagnostic {
        let index = self.found.len();
        self.found.push(Diagnostic { span, text: message.to_string() });
        &mut self.found[index]
    }

    /// Adds a warning of this rule, which `allow(rule, reason = "…")` silences.
    pub(crate) fn warn(
        &mut self,
        rule: &'static str,
        span: Span,
        message: impl Display,
    ) -> &mut Diagnostic {
        let index = self.warnings.len();
        self.warnings.push((rule, Diagnostic { span, text: message.to_string() }));
        &mut self.warnings[index].1
    }

    /// The error that was found last.
    pub(crate) fn latest(&mut self) -> Option<&mut Diagnostic> {
        self.found.last_mut()
    }

    /// Adds what `syn` found.
    pub(crate) fn syntax(&mut self, error: syn::Error) {
        for error in error {
            self.at(error.span(), &error);
        }
    }

    #[cfg(test)]
    pub(crate) fn take(&mut self) -> Vec<(Span, String)> {
        self.looked_at = true;
        self.found.drain(..).map(|diagnostic| (diagnostic.span, diagnostic.text)).collect()
    }

    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    /// The `compile_error!` calls, each at its own token, and the warnings.
    pub(crate) fn compile_errors(&mut self) -> TokenStream {
        self.looked_at = true;
        let errors = self.found.iter().map(|diagnostic| {
            syn::Error::new(diagnostic.span, &diagnostic.text).to_compile_error()
        });
        let warnings = self.warnings.iter().map(|(rule, warning)| warning.compile_warning(rule));
        errors.chain(warnings).collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        assert!(self.looked_at || std::thread::panicking(), "errors were dropped without a look");
    }
}

impl Diagnostic {
    /// A macro has no warnings on stable Rust; a deprecated constant, used at the token, has.
    fn compile_warning(&self, rule: &str) -> TokenStream {
        let (constant, text) = (Ident::new(rule, self.span), &self.text);
        quote! {
            const _: () = {
                #[deprecated(note = #text)]
                #[allow(non_upper_case_globals)]
                const #constant: () = ();
                #constant
            };
        }
    }

    /// Adds text that can be pasted in the place of what is wrong, or the next thing to do.
    pub(crate) fn help(&mut self, help: impl Display) -> &mut Self {
        self.text.extend(["\nhelp: ", &help.to_string()]);
        self
    }

    /// Adds PostgreSQL's reason.
    pub(crate) fn note(&mut self, note: impl Display) -> &mut Self {
        self.text.extend(["\nnote: ", &note.to_string()]);
        self
    }

    /// Adds the nearest of `known` as a help, or all of them where none is near.
    pub(crate) fn nearest<'a>(
        &mut self,
        wrong: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> &mut Self {
        let known: Vec<&str> = known.into_iter().collect();
        if known.is_empty() { self } else { self.help(suggestion(wrong, &known)) }
    }
}

/// The nearest of `known`, or all of them where none is near.
pub(crate) fn suggestion(wrong: &str, known: &[&str]) -> String {
    match nearest(wrong, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("one of `{}`", known.join("`, `")),
    }
}

pub(crate) fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    let allowed = wrong.chars().count().div_ceil(3);
    known
        .iter()
        .map(|candidate| (edits(wrong, candidate), *candidate))
        .filter(|(edits, _)| *edits <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The number of single-character edits between two words, a swap of neighbours counted as one
/// (optimal string alignment), because a swap is the commonest slip of a typing hand.
fn edits(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let change = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_suggested_and_a_far_one_is_not() {
        assert_eq!(nearest("usernmae", &["email", "username"]), Some("username"));
        assert_eq!(nearest("texxt", &["text", "jsonb"]), Some("text"));
        assert_eq!(nearest("plan", &["email", "username"]), None);
    }

    #[test]
    #[should_panic(expected = "without a look")]
    fn dropping_errors_unseen_panics() {
        Errors::new().at(Span::call_site(), "wrong");
    }
}
