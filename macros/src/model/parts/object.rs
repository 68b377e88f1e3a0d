//! What a change makes or alters, and what of it is held.

use proc_macro2::Span;

use crate::model::parts::facet::Facet;
use crate::model::parts::hold::{Author, Role};
use crate::model::parts::kind::Kind;
use crate::syntax::words::name::{ColumnName, Name, TableName};

/// An object that a migration holds until its contract has run.
#[derive(Clone)]
pub(crate) struct Hold {
    pub(crate) object: Object,
    pub(crate) by: Author,
    pub(crate) role: Role,
}

/// What a change makes or alters, by its name in a macro.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Object {
    Table(String),
    Column(String, String),
    Index(String, String),
    Constraint(String, String),
    /// Its kind, its name, and the table that it is on.
    Entity(Kind, String, Option<String>),
}

/// An object that a change makes, alters or drops, and the token that says so.
pub(crate) struct Claim {
    pub(crate) object: Object,
    pub(crate) span: Span,
    pub(crate) facet: Facet,
}

impl Claim {
    /// The same of a part of the object alone.
    pub(crate) fn of(self, facet: Facet) -> Self {
        Claim { facet, ..self }
    }
}

impl Object {
    pub(crate) fn table(table: &TableName) -> Self {
        Object::Table(table.to_string())
    }

    pub(crate) fn column(table: &TableName, column: &Name) -> Self {
        Object::Column(table.to_string(), column.text.clone())
    }

    /// An index belongs to a schema, not to a table.
    pub(crate) fn index(table: &TableName, index: &Name) -> Self {
        Object::Index(table.schema().to_owned(), index.text.clone())
    }

    pub(crate) fn constraint(table: &TableName, constraint: &Name) -> Self {
        Object::Constraint(table.to_string(), constraint.text.clone())
    }

    /// All partitions of a table, which get the indexes and triggers that it gets.
    pub(crate) fn partitions(table: &TableName) -> Self {
        Object::Entity(Kind::Partition, String::new(), Some(table.to_string()))
    }

    /// A constraint that goes: by the name that it keeps from others, which is its index's where it
    /// has one.
    pub(crate) fn of_constraint(table: &TableName, name: &Name, has_index: bool) -> Self {
        if has_index { Object::index(table, name) } else { Object::constraint(table, name) }
    }

    pub(crate) fn entity(kind: Kind, name: &TableName, on: Option<&TableName>) -> Self {
        Object::Entity(kind, name.to_string(), on.map(TableName::to_string))
    }

    /// A value of an enum, with the enum in the place of the table.
    pub(crate) fn value(value: &ColumnName) -> Self {
        Object::Entity(Kind::Enum, value.to_string(), None)
    }

    pub(crate) fn at(self, span: Span) -> Claim {
        Claim { object: self, span, facet: Facet::Whole }
    }

    /// The schema that its name states; none where that is `public`, or where it has none.
    pub(in crate::model) fn schema(&self) -> Option<&str> {
        match self {
            Object::Table(name)
            | Object::Column(name, _)
            | Object::Constraint(name, _)
            | Object::Entity(_, name, _) => name.rsplit_once('.').map(|(schema, _)| schema),
            Object::Index(schema, _) => Some(schema),
        }
    }
}

impl std::fmt::Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Object::Table(table) => write!(f, "table `{table}`"),
            Object::Column(table, column) => write!(f, "column `{table}.{column}`"),
            Object::Index(_, index) => write!(f, "index `{index}`"),
            Object::Constraint(table, name) => write!(f, "constraint `{table}.{name}`"),
            Object::Entity(kind, name, None) => write!(f, "{kind} `{name}`"),
            Object::Entity(kind, name, Some(on)) => write!(f, "{kind} `{name}` on `{on}`"),
        }
    }
}
