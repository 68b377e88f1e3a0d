//! Which tables Diesel can have, and the identifiers of them and of their columns.

use std::collections::BTreeMap;

use crate::catalog::code::names::{Taken, is_identifier, is_keyword};
use crate::catalog::code::schema::{DeclaredSchema, DeclaredTable};

/// What no name in a `table!` may be beside the keywords: what the macro makes itself there, and words
/// that `diesel print-schema` avoids.
const RESERVED: &[&str] = &[
    "BoxedQuery",
    "SqlType",
    "alignof",
    "all_columns",
    "bool",
    "columns",
    "dsl",
    "is_nullable",
    "offsetof",
    "proc",
    "pure",
    "sizeof",
    "star",
    "table",
];

/// What stands at the root beside the tables.
const ROOT: [&str; 2] = ["diesel", "sql_types"];

/// A table as Diesel has it.
pub(super) struct Table<'a> {
    pub(super) of: &'a DeclaredTable,
    /// The module of its schema; none for `public`.
    pub(super) module: Option<&'a str>,
    pub(super) ident: String,
    /// The identifiers of its columns, in their order.
    pub(super) columns: Vec<String>,
}

impl Table<'_> {
    /// The identifier of a column.
    pub(super) fn column(&self, name: &str) -> Option<&str> {
        let at = self.of.columns.iter().position(|column| column.name == name)?;
        self.columns.get(at).map(String::as_str)
    }

    /// Returns how the file's root names it.
    pub(super) fn path(&self) -> String {
        match self.module {
            Some(module) => format!("{module}::{}", self.ident),
            None => self.ident.clone(),
        }
    }
}

/// A table that Diesel cannot have.
pub(super) struct Left {
    pub(super) name: String,
    pub(super) reason: &'static str,
}

/// All tables that Diesel can have, those of a schema together, and the others with the reason.
pub(super) fn tables(schema: &DeclaredSchema) -> (Vec<Table<'_>>, Vec<Left>) {
    let (mut tables, mut left) = (Vec::new(), Vec::new());
    let schemas = schema.tables.iter().map(|table| table.schema.as_str());
    let mut roots = Taken::with(schemas.filter(|name| *name != "public").chain(ROOT));
    let mut modules = BTreeMap::<&str, Taken>::new();
    for of in &schema.tables {
        if let Some(reason) = why_not(of) {
            left.push(Left { name: of.full_name(), reason });
            continue;
        }
        let module = Some(of.schema.as_str()).filter(|schema| *schema != "public");
        let taken = match module {
            None => &mut roots,
            Some(module) => modules.entry(module).or_insert_with(|| Taken::with(ROOT)),
        };
        let ident = taken.take(&wanted(&of.name));
        // A column of the table's own name is told from it.
        let mut taken = Taken::with([ident.as_str()]);
        // Names that can stay as they are do so, whatever is beside them.
        let is_odd = |name: &str| !is_identifier(name) || is_reserved(name);
        let mut columns = vec![String::new(); of.columns.len()];
        for odd in [false, true] {
            for (column, ident) in of.columns.iter().zip(&mut columns) {
                if is_odd(&column.name) == odd {
                    *ident = taken.take(&wanted(&column.name));
                }
            }
        }
        tables.push(Table { of, module, ident, columns });
    }
    (tables, left)
}

fn why_not(table: &DeclaredTable) -> Option<&'static str> {
    if table.is_view {
        return Some("a view, for which Diesel 2.3 has no macro");
    }
    if table.primary_key.is_empty() {
        return Some("which has no primary key");
    }
    let is_named = table.schema == "public" || is_identifier(&table.schema);
    (!is_named || ROOT.contains(&table.schema.as_str()))
        .then_some("whose schema has a name that Diesel cannot write")
}

fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || (name.starts_with("__") && !name.ends_with('_'))
}

/// The identifiers that a name would have, the best first.
fn wanted(name: &str) -> [String; 2] {
    let mut ident: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if ident != name {
        while ident.contains("__") {
            ident = ident.replace("__", "_");
        }
    }
    if ident.is_empty() || ident.starts_with(|c: char| c.is_ascii_digit()) {
        ident.insert(0, '_');
    }
    let longer = format!("{ident}_");
    if is_keyword(&ident) || is_reserved(&ident) {
        return [longer.clone(), longer];
    }
    [ident, longer]
}
