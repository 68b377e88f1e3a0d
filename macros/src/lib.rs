//! The macros of `changeover`: depend on that crate, which
//! re-exports them.

mod change;
mod check;
mod diag;
mod emit;
mod expand;
mod grammar;
mod lint;
mod merge;
mod migration;
mod model;
mod ops;
mod plan;
mod syntax;
#[cfg(test)]
mod tests;

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
///
/// # A database that is there already
///
/// `baseline;` is the first line of a migration, behind its `after …;` if it has one, whose objects a
/// database may have before Changeover comes to it. Where they are there, the runner compares them with
/// what the migration makes, and records it as done; where nothing is, on a new database, it runs it.
///
/// ```
/// mod m0001_baseline {
///     changeover::migration! {
///         /// As sqlx left it.
///         baseline(sqlx = "20240312101500");
///
///         create_table!(users {
///             id: integer identity primary_key,
///             username: text not_null,
///             settings: json,
///         });
///         create_table!(logins { id: bigint primary_key, user_id: integer references(users.id) });
///         sql!(up = "create aggregate product(bigint) (sfunc = int8mul, stype = bigint)",
///              reason = "no macro makes an aggregate");
///     }
/// }
///
/// mod m0002_plan {
///     changeover::migration! {
///         after super::m0001_baseline;
///         add_column!(users.plan: text not_null default "free");
///     }
/// }
///
/// changeover::migrations! { pub static MIGRATIONS = [m0001_baseline, m0002_plan]; }
///
/// fn main() {
///     let [first, second] = MIGRATIONS.migrations else { panic!() };
///     let baseline = first.baseline.expect("it begins with `baseline`");
///     assert_eq!(
///         baseline.creates,
///         [r#""public"."logins""#, r#""public"."product""#, r#""public"."users""#]
///     );
///     assert_eq!(baseline.older.map(|older| older.tool), Some("sqlx"));
///     assert!(second.baseline.is_none());
/// }
/// ```
///
/// In parentheses it may say which tool made the database before, and its last version that is in the
/// baseline: `alembic`, `dbmate`, `diesel`, `flyway`, `golang_migrate`, `goose`, `prisma`, `rails`,
/// `refinery`, `sea_orm` or `sqlx`.
///
/// A baseline makes things and completes what it makes: it takes `create_…!`, `add_…!` and `set_…!`,
/// `enable_row_level_security!`, `grant!`, `revoke!`, `change_sequence!` and `sql!`. No rule advises
/// against what was there: a narrow key, a `json`, a foreign key without an index. Its `sql!` says
/// neither `undo` nor `locks`, and may make what a macro makes; no later change can name that. It has no
/// undo.
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
///
/// # The names of the schema
///
/// With `pub mod schema;` behind the list, or a module of any other name, each table and view of the
/// schema is a module of its own in it, inside that of its schema unless it is in `public`. `TABLE` is
/// its name, and each of its columns is a constant, as SQL has them: with quotes where they have to be.
/// A name that is no identifier has underscores in it.
///
/// ```
/// mod m0001_users {
///     changeover::migration! {
///         create_table!(users { id: bigint identity primary_key, username: text not_null });
///         create_table!(billing."Order" { id: bigint primary_key, "type": text, "user": bigint });
///     }
/// }
///
/// mod m0002_display_name {
///     changeover::migration! {
///         after super::m0001_users;
///         rename_column!(users.username => display_name);
///     }
/// }
///
/// changeover::migrations! {
///     pub static MIGRATIONS = [m0001_users, m0002_display_name];
///     pub mod schema;
/// }
///
/// use schema::users::{self, DISPLAY_NAME, ID};
///
/// fn main() {
///     // For sqlx, tokio-postgres, or whatever takes SQL.
///     let query = format!("select {DISPLAY_NAME} from {} where {ID} = $1", users::TABLE);
///     assert_eq!(query, "select display_name from users where id = $1");
///
///     use schema::billing::order;
///     assert_eq!(order::TABLE, r#"billing."Order""#);
///     assert_eq!([order::TYPE, order::USER], ["type", r#""user""#]);
/// }
/// ```
///
/// A column that another takes the place of, or that is dropped, is deprecated until a migration
/// declares the contract, and says what to use. In the build that declares it the constant is gone: what
/// still uses the column does not compile, and so never ships together with what removes it. Of a table
/// that is dropped `TABLE` alone stays until then. Names in strings are beyond the compiler's sight.
///
/// For sea-query, which writes quotes itself, the feature `sea-query` of `changeover` puts a module `iden`
/// beside the constants of each table, with the same names without quotes: `users::iden::TABLE` is a
/// `TableIden`, with its schema, and `users::iden::ID` a `&str`. Diesel's `table!`s and SeaORM's
/// entities are written by `DeclaredSchema`, or the command `schema`.
///
/// ```compile_fail
/// # mod m0001_users {
/// #     changeover::migration! {
/// #         create_table!(users { id: bigint identity primary_key, username: text not_null });
/// #     }
/// # }
/// # mod m0002_display_name {
/// #     changeover::migration! {
/// #         after super::m0001_users;
/// #         rename_column!(users.username => display_name);
/// #     }
/// # }
/// mod m0003_contract {
///     changeover::migration! {
///         after super::m0002_display_name;
///         contract!(m0002_display_name);
///     }
/// }
///
/// changeover::migrations! {
///     pub static MIGRATIONS = [m0001_users, m0002_display_name, m0003_contract];
///     pub mod schema;
/// }
///
/// const USERNAME: &str = schema::users::USERNAME; // there is no `USERNAME` in `users`
/// # fn main() {}
/// ```
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
pub fn __names(input: TokenStream) -> TokenStream {
    expand::names(input.into()).into()
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
            ///
            // A user's build has no need of it.
            #[cfg_attr(doc, doc = include_str!(concat!("../docs/", stringify!($name), ".md")))]
            #[proc_macro]
            pub fn $name(input: TokenStream) -> TokenStream {
                expand::change::<ops::$name::$operation>(stringify!($name), input.into()).into()
            }
        )*
    };
}
ops::operations!(entry_points);
