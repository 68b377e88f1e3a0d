//! The names of a schema's tables and columns, as constants.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::literal::option;
use crate::diag::Errors;
use crate::migration::schema_names::{Bare, Constant, Module, Names};

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
    let constants = module.constants.iter().map(|constant| {
        let Constant { ident, value, .. } = constant;
        let deprecated = deprecated(constant);
        quote! { #deprecated pub const #ident: &str = #value; }
    });
    let bare = bare(module);
    let inner = module.inner.iter().map(|(ident, inner)| {
        let content = content(inner);
        quote! { pub mod #ident { #content } }
    });
    quote! { #(#constants)* #bare #(#inner)* }
}

/// The names without quotes. Whether the runtime has a use for them only the runtime knows.
fn bare(module: &Module) -> Option<TokenStream> {
    let constants = module.constants.iter().map(|constant| {
        let (ident, deprecated) = (&constant.ident, deprecated(constant));
        match &constant.bare {
            Bare::Column(name) => quote! { #deprecated pub const #ident: &str = #name; },
            Bare::Table { schema, name } => {
                let schema = option(schema.as_ref().map(|schema| quote!(#schema)));
                quote! {
                    #deprecated
                    pub const #ident: ::changeover::TableIden =
                        ::changeover::TableIden::new(#schema, #name);
                }
            }
        }
    });
    let ident = module.bare_module();
    let has_any = !module.constants.is_empty();
    has_any.then(|| {
        quote! { ::changeover::__private::if_sea_query! { pub mod #ident { #(#constants)* } } }
    })
}

fn deprecated(constant: &Constant) -> Option<TokenStream> {
    constant.deprecated.as_ref().map(|note| quote!(#[deprecated(note = #note)]))
}
