//! One thing of a schema that is built from nothing, and what it needs.

use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::tables::table::Table;
use crate::syntax::words::lexer::{Token, names, tokens};

/// One thing to make.
#[derive(Clone, Copy)]
pub(crate) enum Item<'a> {
    /// A table without those of its foreign keys that come later.
    Table(&'a Table),
    Entity(&'a Entity),
    /// A foreign key of a table, where the table that it points at is made after that.
    Key(&'a Table, &'a Constraint),
}

impl Item<'_> {
    /// Tells whether it is what `sql!` made.
    pub(crate) fn is_raw(&self) -> bool {
        matches!(self, Item::Entity(entity) if entity.kind == Kind::Other)
    }

    /// Tables come after what their columns and checks may use.
    pub(crate) fn rank(&self) -> (Kind, bool) {
        match self {
            Item::Table(_) | Item::Key(..) => (Kind::Function, true),
            Item::Entity(entity) => (entity.kind, false),
        }
    }

    /// Tells whether it has to come after another, as far as names tell.
    pub(crate) fn needs(&self, other: &Item) -> bool {
        match (self, other) {
            (Item::Table(table), Item::Table(parent)) => {
                let mut parents = table.constraints.iter().filter_map(Constraint::parent);
                table.name != parent.name && parents.any(|name| *name == parent.name)
            }
            (Item::Table(table), Item::Entity(entity)) if entity.kind < Kind::Function => {
                entity.is_needed_by(table)
            }
            (Item::Table(table), Item::Entity(entity))
                if matches!(entity.kind, Kind::Function | Kind::Other) =>
            {
                let name = entity.name.name.text.as_str();
                table
                    .sql()
                    .any(|sql| names(&sql).any(|word| word == name) || in_strings(&sql, name))
            }
            // The column that it belongs to is said when all tables are there.
            (Item::Entity(entity), Item::Table(_)) if entity.kind == Kind::Sequence => false,
            (Item::Entity(entity), Item::Table(table)) => {
                entity.needs(&table.name)
                    || (self.is_raw() && keys(table).any(|key| entity.mentions(key)))
            }
            (Item::Entity(entity), Item::Entity(needed)) => {
                !entity.is_named_as(needed) && (entity.uses(needed) || entity.is_on(needed))
            }
            (Item::Table(_), Item::Entity(_)) | (Item::Key(..), _) | (_, Item::Key(..)) => false,
        }
    }
}

/// Tells whether a string names it, as that of a sequence does.
fn in_strings(sql: &str, name: &str) -> bool {
    tokens(sql).unwrap_or_default().iter().any(|token| match token {
        Token::Text(text) => {
            names(&text.trim_matches('\'').replace("''", "'")).any(|word| word == name)
        }
        _ => false,
    })
}

/// The names of a table's constraints and indexes, by which `sql!` may alter one.
pub(super) fn keys(table: &Table) -> impl Iterator<Item = &str> {
    let constraints = table.constraints.iter().filter_map(|constraint| constraint.name.as_ref());
    let indexes = table.indexes.iter().filter_map(|index| index.name.as_ref());
    constraints.chain(indexes).map(|name| name.text.as_str())
}
