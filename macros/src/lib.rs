//! The macros of `changeover`: depend on that crate, which
//! re-exports them.

mod allow;
mod change;
mod check;
mod clause;
mod diag;
mod direct;
mod emit;
mod expand;
mod gated;
mod grammar;
mod history;
mod lint;
mod merge;
mod migration;
mod model;
#[cfg(test)]
mod on_server;
mod ops;
mod plan;
mod siblings;
mod syntax;
#[cfg(test)]
mod typos;

use proc_macro::TokenStream;

/// Declares a migration: its parent, then its changes in order.
///
/// ```text
/// // src/migrations/m0002_rename_username.rs
/// changeover::migration! {
///     after super::m0001_create_users;
///
///     /// Support asked for a name that users may change.
///     rename_column!(users.username => display_name);
///     add_index!(users(plan, created_at desc));
/// }
/// ```
///
/// Expands to `pub static MIGRATION`, whose id is the name of the module. The compiler checks each
/// change against the schema that the migrations before it have made. `contract!(m0002_…);`, as a
/// change of a later migration, declares that what an earlier one replaced may go.
#[proc_macro]
pub fn migration(input: TokenStream) -> TokenStream {
    expand::migration(input.into()).into()
}

/// Declares a history: its migrations, the oldest first.
///
/// ```text
/// changeover::migrations! {
///     /// Every schema change of the accounts service.
///     pub static MIGRATIONS = [m0001_create_users, m0002_rename_username];
/// }
/// ```
///
/// Two migrations that name the same parent, as a merge of two branches leaves them, are an error.
#[proc_macro]
pub fn migrations(input: TokenStream) -> TokenStream {
    expand::history(input.into()).into()
}

#[doc(hidden)]
#[proc_macro]
pub fn __migration(input: TokenStream) -> TokenStream {
    expand::child(input.into()).into()
}

#[doc(hidden)]
#[proc_macro]
pub fn __link(input: TokenStream) -> TokenStream {
    expand::link(input.into()).into()
}

macro_rules! entry_points {
    ($($name:ident: $operation:ident,)*) => {
        $(
            #[doc = include_str!(concat!("ops/", stringify!($name), ".md"))]
            ///
            /// Inside [`migration!`], or on its own as an expression of type `Change`; there it
            /// states itself what no history can tell.
            #[proc_macro]
            pub fn $name(input: TokenStream) -> TokenStream {
                expand::change::<ops::$name::$operation>(stringify!($name), input.into()).into()
            }
        )*
    };
}
ops::operations!(entry_points);
