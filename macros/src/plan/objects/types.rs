//! Statements about types, sequences, extensions and schemas. They lock no table.

use crate::model::Kind;
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Mode, Phase, Statement, Step};
use crate::syntax::words::name::TableName;

/// Drops what a migration makes again on the next try, or what no build needs any more. It is
/// refused while anything needs it: there is no `cascade`.
pub(crate) fn drop(kind: Kind, name: &TableName) -> Statement {
    let sql = match kind {
        Kind::Enum => format!("drop type {}", name.quoted()),
        // These have no schema of their own.
        Kind::Schema | Kind::Extension => format!("drop {kind} {}", name.name.quoted()),
        _ => format!("drop {kind} {}", name.quoted()),
    };
    let drop = match kind {
        Kind::Sequence => Statement::locking(sql, name, Mode::AccessExclusive),
        _ => Statement::free(sql),
    };
    let object = match kind {
        Kind::Schema => ObjectKind::Schema,
        Kind::Extension => ObjectKind::Extension,
        Kind::Enum | Kind::Domain => ObjectKind::Type,
        _ => ObjectKind::Relation,
    };
    let name = match kind {
        Kind::Schema | Kind::Extension => name.name.text.clone(),
        _ => name.quoted(),
    };
    drop.drops(Dropped::object(object, name))
}

/// Drops it in the contract.
pub(crate) fn contract(kind: Kind, name: &TableName) -> Step {
    let why = format!("no build needs the {kind} any more");
    Step::transaction(Phase::Contract, why, vec![drop(kind, name)])
}
