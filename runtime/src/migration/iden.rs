//! A table by its name, where sea-query wants one.

use sea_query::{ColumnName, DynIden, SchemaName, TableName};

/// A table or a view by its names without quotes, wherever [sea-query](sea_query) 1 takes a table:
/// feature `sea-query`.
///
/// The constants of `pub mod schema;` ([`migrations!`](crate::migrations)) are SQL text, in which a
/// name has its quotes; sea-query writes quotes itself. So with this feature each module of a table has
/// a module `iden` in it, with the same names without them: `TABLE` is a `TableIden`, and a column a
/// `&'static str`, which is an [`Iden`](sea_query::Iden) of sea-query. What is deprecated there is here.
///
/// ```
/// use sea_query::{Expr, ExprTrait, PostgresQueryBuilder, Query};
///
/// mod m0001_base {
///     changeover::migration! {
///         create_table!(users { id: bigint identity primary_key, "Full name": text });
///         create_table!(billing.orders { id: bigint primary_key, user_id: bigint });
///     }
/// }
///
/// changeover::migrations! {
///     pub static MIGRATIONS = [m0001_base];
///     pub mod schema;
/// }
///
/// use schema::billing::orders::iden as orders;
/// use schema::users::iden as users;
///
/// # fn main() {
/// let id = Expr::col(users::TABLE.column(users::ID));
/// let query = Query::select()
///     .column(users::FULL_NAME)
///     .from(users::TABLE)
///     .inner_join(orders::TABLE, Expr::col(orders::USER_ID).eq(id))
///     .to_string(PostgresQueryBuilder);
/// assert_eq!(
///     query,
///     r#"SELECT "Full name" FROM "users" INNER JOIN "billing"."orders" ON "user_id" = "users"."id""#
/// );
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableIden {
    schema: Option<&'static str>,
    name: &'static str,
}

impl TableIden {
    #[doc(hidden)]
    pub const fn new(schema: Option<&'static str>, name: &'static str) -> TableIden {
        TableIden { schema, name }
    }

    /// Its schema; none for `public`, which the session's path finds.
    pub const fn schema(self) -> Option<&'static str> {
        self.schema
    }

    /// Its name in its schema, which is an [`Iden`](sea_query::Iden).
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// One of its columns, told from those of other tables: `"billing"."orders"."id"`.
    pub fn column(self, column: &'static str) -> ColumnName {
        ColumnName(Some(self.into()), column.into())
    }
}

impl From<TableIden> for TableName {
    fn from(table: TableIden) -> TableName {
        let schema = table.schema.map(|schema| SchemaName(None, DynIden::from(schema)));
        TableName(schema, table.name.into())
    }
}
