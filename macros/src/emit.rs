//! From plans to tokens: the only place that names what the runtime has.

mod literal;
mod names;
mod packed;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};

use self::literal::option;
pub(crate) use self::names::{ask_for_names, schema_names};
pub(crate) use self::packed::Packed;
use self::packed::word;
use crate::change::Change;
use crate::diag::Errors;
use crate::migration::baseline::{Baseline, OlderTool, Whole};
use crate::migration::history::{History, Link};
use crate::migration::squash::Squashed;
use crate::migration::{After, Migration};
use crate::model::Schema;

/// The version of the wording of plans. A database keeps the text of what has run, and a migration
/// whose plan reads otherwise has been edited; unless the version is another one, too. So whoever
/// changes the plan of any change that a release can make already raises this.
pub(crate) const PLAN_VERSION: u32 = 4;

/// A child's tokens, handed to its parent, which puts its schema in front and passes them on.
pub(crate) fn ask_parent(after: &After) -> TokenStream {
    let (path, parent, body) = (&after.path, after.parent(), &after.body);
    quote! { #path::__schema! { __migration #parent; #body } }
}

/// Reads what a parent passed on: `{ state } parent; body`. The state is taken off by hand, as it is:
/// `syn` would open all that is in it.
pub(crate) fn read_passed(input: TokenStream, errors: &mut Errors) -> (Schema, TokenStream) {
    let mut tokens = input.into_iter();
    let state = tokens.next();
    let read = |input: ParseStream| {
        let parent: Ident = input.parse()?;
        input.parse::<Token![;]>()?;
        Ok((Schema::read(&History::state(state)?, &parent.to_string()), input.parse()?))
    };
    read.parse2(tokens.collect()).unwrap_or_else(|error| {
        errors.syntax(error);
        <(Schema, TokenStream)>::default()
    })
}

/// A migration: its constant, and its schema for its children. Both are there in spite of errors,
/// so that one mistake is one error.
pub(crate) fn migration(migration: &Migration, errors: &mut Errors) -> TokenStream {
    let parent = option(migration.parent.as_ref().map(|id| quote!(#id)));
    let doc = &migration.doc;
    let packed = Packed::of(&migration.changes);
    let (text, functions) = (&packed.text, packed.functions());
    let (switches, contracts) = (&migration.switches, &migration.contracts);
    let requires = migration.requires();
    let baseline = migration.baseline.as_ref().map(|it| baseline(it, &migration.schema));
    let baseline = option(baseline);
    let before = option(migration.before.as_ref().map(|whole| {
        let (schema, names) = (texts(&whole.statements), texts(&whole.names));
        quote! { &Whole { schema: #schema, names: #names } }
    }));
    let state = migration.schema.write();
    let right_place = right_place(migration.parent.as_deref());
    let shape = migration.schema.shape();
    let errors = errors.compile_errors();
    quote! {
        #errors

        /// This migration's plan.
        #[allow(unreachable_pub)]
        pub static MIGRATION: ::changeover::__private::Migration = {
            use ::changeover::__private::*;
            static PLAN: Packed = Packed::new(#text, &[#(#functions),*]);
            Migration {
                id: module_name(::core::module_path!()),
                parent: #parent,
                doc: #doc,
                plan: Plan::Packed(&PLAN),
                switches: &[#(#switches),*],
                contracts: &[#(#contracts),*],
                requires: &[#(#requires),*],
                baseline: #baseline,
                before: #before,
                plan_version: #PLAN_VERSION,
                shape: #shape,
            }
        };

        #[doc(hidden)]
        #[allow(unused_macros)]
        macro_rules! __schema {
            #right_place
            ($macro:ident $($rest:tt)*) => {
                ::changeover::__private::$macro! { #state $($rest)* }
            };
        }
        #[doc(hidden)]
        #[allow(unused_imports)]
        pub(crate) use __schema;
    }
}

/// The arm of a migration whose place in the list is right: to hand its whole state to a macro for
/// that would be felt.
fn right_place(parent: Option<&str>) -> Option<TokenStream> {
    let rest = match parent {
        Some(parent) => {
            let parent: Ident = syn::parse_str(parent).ok()?;
            quote!(#parent $(, $before:ident)?)
        }
        None => TokenStream::new(),
    };
    Some(quote! { (__link $this:ident [#rest]) => { &$this::MIGRATION }; })
}

/// A change on its own: an expression.
pub(crate) fn change_alone(found: Option<&Change>, errors: &mut Errors) -> TokenStream {
    let errors = errors.compile_errors();
    let packed = Packed::of(found);
    let (text, functions) = (&packed.text, packed.functions());
    quote! {
        { use ::changeover::__private::*; #errors alone(#text, const { &[#(#functions),*] }) }
    }
}

/// A history. Each module is named by one path, so that one that does not exist is one error.
pub(crate) fn history(history: &History, errors: &mut Errors) -> TokenStream {
    let errors = errors.compile_errors();
    let History { attributes, visibility, name, modules, names } = history;
    let mut links: Vec<TokenStream> = (0..modules.len()).map(|at| link_to(modules, at)).collect();
    let head = links.pop();
    let names = names.as_ref().zip(modules.last()).map(|(names, head)| ask_for_names(names, head));
    quote! {
        #(#attributes)*
        #visibility static #name: ::changeover::__private::Migrations = {
            #errors
            let (head, schema, names) = #head;
            ::changeover::__private::Migrations { migrations: &[#(#links,)* head], schema, names }
        };
        #names
    }
}

/// Asks a migration for its place in the list; see [`right_place`].
fn link_to(modules: &[Ident], at: usize) -> TokenStream {
    let this = &modules[at];
    let before = modules[..at].iter().rev().take(2);
    let head = (at + 1 == modules.len()).then(|| quote!(head));
    quote! { #this::__schema! { __link #this [#(#before),*] #head } }
}

/// One migration of a history; the last one brings the statements that build its schema along.
pub(crate) fn link(link: &Link, errors: &mut Errors) -> TokenStream {
    let errors = errors.compile_errors();
    let this = &link.this;
    let migration = quote! { { #errors &#this::MIGRATION } };
    if !link.is_head {
        return migration;
    }
    let whole = Whole::of(&Schema::read(&link.state, &this.to_string()));
    let (statements, names) = (texts(&whole.statements), texts(&whole.names));
    quote! { (#migration, #statements as &[&str], #names as &[&str]) }
}

fn texts(texts: &[String]) -> TokenStream {
    quote! { &[#(#texts),*] }
}

fn baseline(baseline: &Baseline, schema: &Schema) -> TokenStream {
    let (creates, made) = baseline.made(schema);
    let (creates, made) = (texts(&creates), texts(&made));
    let older = baseline.older.as_ref().map(|OlderTool { tool, version }| {
        quote! { OlderTool { tool: #tool, version: #version } }
    });
    let older = option(older);
    let squashes = baseline.squash.iter().flat_map(|squash| &squash.migrations).map(squashed);
    quote! {
        &Baseline {
            creates: #creates,
            made: #made,
            older: #older,
            squashes: &[#(#squashes),*],
        }
    }
}

fn squashed(one: &Squashed) -> TokenStream {
    let (id, last) = (one.id.unraw().to_string(), Ident::new(&word(&one.last), Span::call_site()));
    let squashes = one.squashes.iter().map(squashed);
    quote! { Squashed { id: #id, last: Phase::#last, squashes: &[#(#squashes),*] } }
}
