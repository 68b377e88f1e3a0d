//! What a history declares as plain data: what a generator of code goes by.

use crate::outcome::comparison::Unbuilt;
use crate::session::shown::on_one_line;

/// The tables, views and types that a history declares, as the server has them once they are built.
///
/// [`Changeover::declared_schema`](crate::Changeover::declared_schema) reads it. It is the shape after
/// all that is declared: a column that a contract is still to take away is not in it, because the build
/// that it is for is not to use it. [`diesel`](DeclaredSchema::diesel) and
/// [`sea_orm`](DeclaredSchema::sea_orm) write it as code; its fields are there for generators of other
/// code.
///
/// ```no_run
/// use changeover::Changeover;
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let mut changeover = Changeover::builder(&MIGRATIONS).connect(url).await?;
/// let schema = changeover.declared_schema().await?;
/// std::fs::write("src/schema.rs", schema.diesel())?;
/// for table in &schema.tables {
///     println!("{}.{} has {} columns", table.schema, table.name, table.columns.len());
/// }
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeclaredSchema {
    /// Tables and views by schema, those of `public` first, and by name. Partitions are not among
    /// them: rows are read and written through their table.
    pub tables: Vec<DeclaredTable>,
    /// Enum types in the same order.
    pub enums: Vec<DeclaredEnum>,
    /// What is declared and could not be built on this server, with the reason: what needs it is
    /// missing above.
    pub unbuilt: Vec<Unbuilt>,
}

/// A table or a view of a [`DeclaredSchema`].
///
/// ```
/// use changeover::DeclaredTable;
///
/// fn show(table: &DeclaredTable) -> String {
///     let keys = table.primary_key.join(", ");
///     format!("{}.{}({keys})", table.schema, table.name)
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeclaredTable {
    /// Its schema, `public`.
    pub schema: String,
    /// Its name, without quotes.
    pub name: String,
    /// Whether it is a view, or a materialized one.
    pub is_view: bool,
    /// Its columns in the order in which they are declared.
    pub columns: Vec<DeclaredColumn>,
    /// The columns of its primary key, in the order of the key; none where it has no key.
    pub primary_key: Vec<String>,
    /// What no two rows have the same: unique constraints, and unique indexes on columns of all rows.
    pub unique: Vec<Vec<String>>,
    /// Its foreign keys, by their names.
    pub foreign_keys: Vec<DeclaredForeignKey>,
}

/// A column of a [`DeclaredTable`].
///
/// ```
/// use changeover::DeclaredColumn;
///
/// fn show(column: &DeclaredColumn) -> String {
///     let null = if column.is_nullable { "" } else { " not null" };
///     format!("{} {}{null}", column.name, column.sql_type.text)
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeclaredColumn {
    /// Its name, without quotes.
    pub name: String,
    /// Its type, that of its domain in the end.
    pub sql_type: DeclaredType,
    /// Whether it may be NULL. Of a view the server does not know, and says so of each column.
    pub is_nullable: bool,
    /// Whether the server numbers it: an identity, or a default that takes from a sequence.
    pub is_numbered: bool,
    /// Whether it is computed from other columns, and never written.
    pub is_generated: bool,
}

/// The type of a [`DeclaredColumn`].
///
/// ```
/// use changeover::DeclaredType;
///
/// /// `int4`, and `_int4` of an array, as `pg_type` has it.
/// fn short(of: &DeclaredType) -> String {
///     if of.is_array { format!("_{}", of.name) } else { of.name.clone() }
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeclaredType {
    /// The schema of the type, of an array's element: `pg_catalog` of what PostgreSQL brings along.
    pub schema: String,
    /// Its name in `pg_type`, of an array's element: `int4`, `varchar`.
    pub name: String,
    /// Whether it, or an array's element, is an enum.
    pub is_enum: bool,
    /// Whether it is an array.
    pub is_array: bool,
    /// How many characters there are in a `varchar` or a `char`, and digits in a `numeric`.
    pub length: Option<u32>,
    /// How many digits of a `numeric` are behind the point; before it, if it is negative.
    pub scale: Option<i32>,
    /// The type as SQL says it, in quotes and with a schema where it needs them: `numeric(10,2)`.
    pub text: String,
}

/// A foreign key of a [`DeclaredTable`].
///
/// ```
/// use changeover::DeclaredForeignKey;
///
/// fn show(key: &DeclaredForeignKey) -> String {
///     format!("({}) => {}({})", key.columns.join(", "), key.table, key.keys.join(", "))
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeclaredForeignKey {
    /// Its name.
    pub name: String,
    /// The columns that point.
    pub columns: Vec<String>,
    /// The schema of the table that they point at.
    pub schema: String,
    /// The table that they point at.
    pub table: String,
    /// The columns that they point at, in the order of those that point.
    pub keys: Vec<String>,
    /// What an update of the row that is pointed at does: `no action`, `cascade`, `set null`.
    pub on_update: &'static str,
    /// What a deletion of it does.
    pub on_delete: &'static str,
}

/// An enum type of a [`DeclaredSchema`].
///
/// ```
/// use changeover::DeclaredEnum;
///
/// fn show(of: &DeclaredEnum) -> String {
///     format!("{}.{}: {}", of.schema, of.name, of.labels.join(", "))
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeclaredEnum {
    /// Its schema, `public`.
    pub schema: String,
    /// Its name, without quotes.
    pub name: String,
    /// Its labels, in their order.
    pub labels: Vec<String>,
}

impl DeclaredSchema {
    /// The table that a foreign key points at, if the history declares it.
    pub(in crate::catalog) fn parent(&self, key: &DeclaredForeignKey) -> Option<&DeclaredTable> {
        self.tables.iter().find(|table| table.schema == key.schema && table.name == key.table)
    }

    /// The declared enum that a type is, or its elements are.
    pub(in crate::catalog) fn enum_of(&self, of: &DeclaredType) -> Option<&DeclaredEnum> {
        let found = self.enums.iter().find(|one| one.schema == of.schema && one.name == of.name);
        found.filter(|_| of.is_enum)
    }
}

impl DeclaredTable {
    /// Its name with its schema, for people.
    pub(in crate::catalog) fn full_name(&self) -> String {
        on_one_line(&format!("{}.{}", self.schema, self.name))
    }

    /// Tells whether no two rows have the same in these columns.
    pub(in crate::catalog) fn is_unique(&self, columns: &[String]) -> bool {
        let same = |key: &Vec<String>| {
            key.len() == columns.len() && key.iter().all(|column| columns.contains(column))
        };
        !columns.is_empty() && (same(&self.primary_key) || self.unique.iter().any(same))
    }
}
