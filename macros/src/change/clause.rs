//! Clauses that any change may carry behind its own argument: `direct(…)`, `allow(…)`.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};

use crate::diag::Errors;

/// A clause that was found and is not read yet.
pub(crate) struct Clause {
    pub(crate) word: Ident,
    stated: TokenStream,
}

impl Clause {
    /// Takes the first `, word(…)` out of an argument.
    pub(crate) fn take(argument: &TokenStream, word: &str) -> Option<(TokenStream, Self)> {
        let tokens: Vec<TokenTree> = argument.clone().into_iter().collect();
        let (at, word) = tokens.windows(2).enumerate().find_map(|(at, two)| match two {
            [TokenTree::Punct(comma), TokenTree::Ident(found)]
                if comma.as_char() == ',' && found == word =>
            {
                Some((at, found.clone()))
            }
            _ => None,
        })?;
        let (stated, end) = match tokens.get(at + 2) {
            Some(TokenTree::Group(group)) => (group.stream(), at + 3),
            _ => (TokenStream::new(), at + 2),
        };
        let rest = tokens[..at].iter().chain(&tokens[end..]).cloned().collect();
        Some((rest, Clause { word, stated }))
    }

    /// Reads what stands in its parentheses; whether that is right.
    pub(crate) fn read(
        &self,
        errors: &mut Errors,
        read: impl FnOnce(ParseStream, &mut Errors) -> syn::Result<()>,
    ) -> bool {
        let before = errors.count();
        let outcome = (|input: ParseStream| read(input, errors)).parse2(self.stated.clone());
        // Beside what was reported, `syn` counts every group that an error left half read.
        if let (Err(error), true) = (outcome, errors.count() == before) {
            errors.syntax(self.at_end(error));
        }
        errors.count() == before
    }

    /// An error at the end of a text, which has no token of its own any more.
    pub(crate) fn at_end(&self, error: syn::Error) -> syn::Error {
        let is_at_end = error.to_string().starts_with("unexpected end of input");
        if is_at_end { syn::Error::new(self.word.span(), error) } else { error }
    }
}
