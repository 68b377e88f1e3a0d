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

/// A raw string: SQL and states are full of quotes, and reading them back unescaped is cheap.
pub(super) fn raw(text: &str) -> TokenStream {
    let mut hashes = String::from("#");
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    let literal = format!("r{hashes}\"{text}\"{hashes}").parse::<Literal>();
    literal.unwrap_or_else(|_| Literal::string(text)).into_token_stream()
}
