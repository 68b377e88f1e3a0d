//! Literals.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

pub(super) fn option(value: Option<TokenStream>) -> TokenStream {
    if let Some(value) = value {
        quote!(::core::option::Option::Some(#value))
    } else {
        quote!(::core::option::Option::None)
    }
}

/// A raw string: a state is full of quotes, and reading it back unescaped is cheap.
pub(super) fn raw(text: &str) -> TokenStream {
    // A sign is found faster than a text, and texts have few of this one.
    let runs = text.match_indices('#').filter(|(at, _)| text[..*at].ends_with('"'));
    let run = |(at, _): (usize, &str)| text[at..].bytes().take_while(|it| *it == b'#').count();
    let hashes = "#".repeat(runs.map(run).max().unwrap_or(0) + 1);
    // As a stream the compiler reads it; as a literal we would first, and a build would feel it.
    let stream = format!("r{hashes}\"{text}\"{hashes}").parse();
    stream.unwrap_or_else(|_| Literal::string(text).into_token_stream())
}
