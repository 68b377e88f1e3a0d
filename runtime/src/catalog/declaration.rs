//! One object of a database, as a macro says it.

/// What an object is, in the order in which a baseline declares its objects where nothing else tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum DeclaredKind {
    /// `create_schema!`.
    Schema,
    /// `create_extension!`.
    Extension,
    /// `create_enum!`.
    Enum,
    /// `create_domain!`.
    Domain,
    /// A composite type.
    Composite,
    /// `create_sequence!`.
    Sequence,
    /// `create_function!`.
    Function,
    /// `create_table!`, without its items.
    Table,
    /// A column, an item of its table.
    Column,
    /// A constraint, an item of its table.
    Constraint,
    /// An index, an item of its table or materialised view.
    Index,
    /// `create_partition!`.
    Partition,
    /// `create_view!`.
    View,
    /// `create_materialized_view!`, without its indexes.
    MaterializedView,
    /// `create_trigger!`.
    Trigger,
    /// `create_policy!`.
    Policy,
    /// `enable_row_level_security!`.
    RowSecurity,
    /// `grant!`.
    Grant,
    /// The column that a sequence belongs to, a comment, extended statistics, a publication: what is
    /// said when all else is there.
    Other,
    /// `set_replica_identity!`, which may need what is said of a partition's columns.
    ReplicaIdentity,
}

impl DeclaredKind {
    /// Returns what one of it is called.
    pub(crate) fn word(self) -> &'static str {
        match self {
            DeclaredKind::Schema => "schema",
            DeclaredKind::Extension => "extension",
            DeclaredKind::Enum => "enum",
            DeclaredKind::Domain => "domain",
            DeclaredKind::Composite => "composite type",
            DeclaredKind::Sequence => "sequence",
            DeclaredKind::Function => "function",
            DeclaredKind::Table => "table",
            DeclaredKind::Column => "column",
            DeclaredKind::Constraint => "constraint",
            DeclaredKind::Index => "index",
            DeclaredKind::Partition => "partition",
            DeclaredKind::View => "view",
            DeclaredKind::MaterializedView => "materialized view",
            DeclaredKind::Trigger => "trigger",
            DeclaredKind::Policy => "policy",
            DeclaredKind::RowSecurity => "row level security",
            DeclaredKind::ReplicaIdentity => "replica identity",
            DeclaredKind::Grant => "grant",
            DeclaredKind::Other => "object",
        }
    }

    /// Tells whether other objects are parts of it.
    pub(crate) fn has_parts(self) -> bool {
        use DeclaredKind::{MaterializedView, Partition, Table, View};
        matches!(self, Table | Partition | View | MaterializedView)
    }

    /// Tells whether it is a part without which its table is another one: what clients may write, and
    /// what happens then.
    pub(crate) fn is_shape(self) -> bool {
        use DeclaredKind::{Column, Constraint, Index, Policy, RowSecurity, Trigger};
        matches!(self, Column | Constraint | Index | Policy | RowSecurity | Trigger)
    }
}

/// The place of an object in the catalogs: the catalog that it is in, and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectId {
    pub(crate) catalog: u32,
    pub(crate) oid: u32,
}

/// A relation by its schema and its name, as the catalogs have them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct QualifiedName {
    pub(crate) schema: String,
    pub(crate) name: String,
}

/// One object of a database, as a macro says it.
///
/// Two databases have an object in common if they have declarations with the same kind, name and
/// table; they have the same object if its text is the same too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declaration {
    pub(crate) kind: DeclaredKind,
    /// Its place in the catalogs, by which what needs it is found; of a part its table's.
    pub(crate) id: ObjectId,
    /// Its schema and its name; of a part (a column, a constraint, an index, a trigger) the schema of its
    /// table, and its own name. A function's name has its argument types.
    pub(crate) name: QualifiedName,
    /// The table or view that it is a part of.
    pub(crate) on: Option<QualifiedName>,
    /// A column, a constraint or an index as an item of `create_table!`, without a comma; of anything
    /// else all of its statements, each with its semicolon. Where no macro can say it, `sql!` does.
    pub(crate) text: String,
    /// Why no macro, nor `sql!`, can say it; its text is then what the server says of it.
    pub(crate) unsaid: Option<String>,
}

impl Declaration {
    /// The same text with what stands inside of it.
    pub(crate) fn with_items(&self, items: &[&str]) -> String {
        match self.kind {
            DeclaredKind::Table => {
                let items =
                    items.iter().fold(String::new(), |all, item| all + "\n    " + item + ",");
                self.text.replacen(" {\n", &format!(" {{{items}\n"), 1)
            }
            DeclaredKind::MaterializedView => {
                let items = items.iter().fold(String::new(), |all, item| all + ",\n    " + item);
                match self.text.strip_suffix(");") {
                    Some(head) if !items.is_empty() => format!("{head}{items});"),
                    _ => self.text.clone(),
                }
            }
            _ => self.text.clone(),
        }
    }

    /// Tells whether it stands inside of what says its table or materialised view.
    pub(crate) fn is_item(&self) -> bool {
        use DeclaredKind::{Column, Constraint, Index};
        matches!(self.kind, Column | Constraint | Index)
            && !self.text.ends_with(';')
            && self.unsaid.is_none()
    }
}
