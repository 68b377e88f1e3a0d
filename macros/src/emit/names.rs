//! The names of a schema's tables and columns, as constants.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::diag::Errors;
use crate::migration::schema_names::{Constant, Module, Names};

/// Asks the last migration for its schema, in front of the module's own words.
pub(crate) fn ask_for_names(names: &Names, head: &Ident) -> TokenStream {
    let Names { attributes, visibility, name } = names;
    quote! { #head::__schema! { __names #head; #(#attributes)* #visibility mod #name; } }
}

/// The module, for whoever wants a name that the compiler knows.
pub(crate) fn schema_names(names: &Names, root: &Module, errors: &mut Errors) -> TokenStream {
    let Names { attributes, visibility, name } = names;
    let (content, errors) = (content(root), errors.compile_errors());
    quote! {
        #errors
        #(#attributes)*
        #[allow(dead_code, missing_docs, non_snake_case, non_upper_case_globals, unreachable_pub)]
        #visibility mod #name { #content }
    }
}

fn content(module: &Module) -> TokenStream {
    let constants = module.constants.iter().map(|Constant { ident, value, deprecated }| {
        let deprecated = deprecated.as_ref().map(|note| quote!(#[deprecated(note = #note)]));
        quote! { #deprecated pub const #ident: &str = #value; }
    });
    let inner = module.inner.iter().map(|(ident, inner)| {
        let content = content(inner);
        quote! { pub mod #ident { #content } }
    });
    quote! { #(#constants)* #(#inner)* }
}
