//! Statements about types, sequences, extensions and schemas. They lock no table.

use crate::model::entity::{Entity, Kind};
use crate::plan::dropped::{Dropped, ObjectKind};
use crate::plan::{Mode, Phase, Statement, Step};
use crate::syntax::default::literal;
use crate::syntax::name::TableName;

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

pub(crate) fn of_enum(name: TableName, labels: Vec<String>) -> Entity {
    let values: Vec<String> = labels.iter().map(|label| literal(label)).collect();
    let create = format!("create type {} as enum ({})", name.quoted(), values.join(", "));
    Entity { kind: Kind::Enum, name, on: None, create: vec![create], parts: labels }
}
