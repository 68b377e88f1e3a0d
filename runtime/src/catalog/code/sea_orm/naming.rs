//! Which tables SeaORM can have, and the identifiers of them, of their columns and of enums.

use crate::catalog::code::names::{Taken, camel, is_keyword, snake};
use crate::catalog::code::schema::{DeclaredEnum, DeclaredSchema, DeclaredTable, DeclaredType};

/// Modules beside those of tables.
pub(super) const ENUMS: &str = "sea_orm_active_enums";
pub(super) const PRELUDE: &str = "prelude";

/// A table as an entity.
pub(super) struct Entity<'a> {
    pub(super) of: &'a DeclaredTable,
    pub(super) module: String,
    /// The module's name as that of a type.
    pub(super) ident: String,
    /// Its columns in their order: the field, and the variant of `Column`.
    pub(super) columns: Vec<(String, String)>,
}

impl Entity<'_> {
    /// The variant of a column.
    pub(super) fn variant(&self, name: &str) -> Option<&str> {
        let at = self.of.columns.iter().position(|column| column.name == name)?;
        self.columns.get(at).map(|(_, variant)| variant.as_str())
    }
}

/// All that SeaORM can have of a schema.
pub(super) struct Entities<'a> {
    pub(super) schema: &'a DeclaredSchema,
    pub(super) tables: Vec<Entity<'a>>,
    /// Enums with their names in Rust.
    pub(super) enums: Vec<(&'a DeclaredEnum, String)>,
    /// The tables that are none, with the reason.
    pub(super) left: Vec<(String, &'static str)>,
}

impl<'a> Entities<'a> {
    pub(super) fn of(schema: &'a DeclaredSchema) -> Entities<'a> {
        let (mut tables, mut left) = (Vec::new(), Vec::new());
        let (mut modules, mut idents) = (Taken::with([ENUMS, PRELUDE]), Taken::default());
        for table in &schema.tables {
            if let Some(reason) = why_not(table) {
                left.push((table.full_name(), reason));
                continue;
            }
            let name = in_schema(&table.schema, &table.name);
            let (module, ident) = (modules.take(&[snake(&name)]), idents.take(&[camel(&name)]));
            let module = field(module);
            tables.push(Entity { of: table, module, ident, columns: columns(table) });
        }
        let mut taken = Taken::with(["Option", "Result", "Self", "String", "Vec"]);
        let enums = schema.enums.iter().filter(|one| !one.labels.is_empty());
        let enums =
            enums.map(|one| (one, taken.take(&[camel(&in_schema(&one.schema, &one.name))])));
        Entities { schema, tables, enums: enums.collect(), left }
    }

    /// Returns what Rust calls an enum that the history declares.
    pub(super) fn enum_ident(&self, of: &DeclaredType) -> Option<&str> {
        let found = self.schema.enum_of(of)?;
        let known = self.enums.iter().find(|(one, _)| *one == found);
        known.map(|(_, ident)| ident.as_str())
    }

    /// The entity of a table.
    pub(super) fn entity(&self, of: &DeclaredTable) -> Option<&Entity<'a>> {
        self.tables.iter().find(|entity| entity.of.schema == of.schema && entity.of.name == of.name)
    }
}

/// The name of what is not in `public` says its schema, so that nothing else changes when `public` gets
/// one of the same name.
fn in_schema(schema: &str, name: &str) -> String {
    if schema == "public" { name.to_owned() } else { format!("{schema}_{name}") }
}

fn why_not(table: &DeclaredTable) -> Option<&'static str> {
    match table.primary_key.as_slice() {
        _ if table.is_view => Some("a view, which has no primary key"),
        [] => Some("which has no primary key"),
        _ => None,
    }
}

/// The derive makes variants of the fields' names, so that these have to differ without underscores, too.
fn columns(table: &DeclaredTable) -> Vec<(String, String)> {
    let mut taken = Taken::default();
    let mut found = vec![(String::new(), String::new()); table.columns.len()];
    // Plain names keep their own, whatever is beside them.
    for odd in [false, true] {
        for (column, names) in table.columns.iter().zip(&mut found) {
            if is_plain(&column.name) != odd {
                let variant = taken.take(&[camel(&column.name)]);
                let number = variant.strip_prefix(&camel(&column.name)).unwrap_or_default();
                let ident = match number {
                    "" => snake(&column.name),
                    number => format!("{}{number}", snake(&column.name)),
                };
                let variant = if variant == "Self" { "Self_".to_owned() } else { variant };
                *names = (field(ident), variant);
            }
        }
    }
    found
}

/// Words of small letters with an underscore between two: what the derive reads back as the column.
pub(super) fn is_plain(name: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    name.split('_').all(is_word)
}

/// Keywords are written raw, and those that cannot be with an underscore.
fn field(ident: String) -> String {
    match ident.as_str() {
        "self" | "super" | "crate" => ident + "_",
        word if is_keyword(word) => format!("r#{ident}"),
        _ => ident,
    }
}
