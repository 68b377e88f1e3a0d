//! The locks of the statements that `sql!` takes, as they were measured (PostgreSQL manual,
//! "Explicit Locking").

use crate::grammar::{Kind, Node};
use crate::lint::form::{parts, tables};
use crate::syntax::words::lock::Mode;

/// What a statement locks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Takes {
    /// No table that a client can see.
    Nothing,
    /// The tables that it names, in this mode.
    Tables(Mode),
    /// What the text does not tell.
    Unknown,
}

const LOCKS: &[(Kind, Mode)] = &[
    (Kind::CREATE_STATISTICS, Mode::ShareUpdateExclusive),
    (Kind::CREATE_PUBLICATION, Mode::ShareUpdateExclusive),
    (Kind::ALTER_PUBLICATION, Mode::ShareUpdateExclusive),
    (Kind::ANALYZE, Mode::ShareUpdateExclusive),
    (Kind::SECURITY_LABEL, Mode::ShareUpdateExclusive),
    (Kind::CREATE_RULE, Mode::AccessExclusive),
    (Kind::ALTER_RULE, Mode::AccessExclusive),
    (Kind::DROP_RULE, Mode::AccessExclusive),
    (Kind::ALTER_TRIGGER, Mode::AccessExclusive),
    (Kind::INSERT, Mode::RowExclusive),
    (Kind::UPDATE, Mode::RowExclusive),
    (Kind::DELETE, Mode::RowExclusive),
    (Kind::MERGE, Mode::RowExclusive),
    (Kind::TRUNCATE, Mode::AccessExclusive),
    (Kind::DROP_TABLE, Mode::AccessExclusive),
    (Kind::CREATE_INDEX, Mode::Share),
    (Kind::CREATE_TRIGGER, Mode::ShareRowExclusive),
    (Kind::DROP_TRIGGER, Mode::AccessExclusive),
    (Kind::CREATE_POLICY, Mode::AccessExclusive),
    (Kind::ALTER_POLICY, Mode::AccessExclusive),
    (Kind::DROP_POLICY, Mode::AccessExclusive),
    (Kind::CLUSTER, Mode::AccessExclusive),
    (Kind::COMMENT_ON, Mode::ShareUpdateExclusive),
];

/// The actions of an `alter table` that need less than `access exclusive`.
const WEAKER: &[(Kind, Mode)] = &[
    (Kind::SET_STATISTICS, Mode::ShareUpdateExclusive),
    (Kind::CLUSTER_ON, Mode::ShareUpdateExclusive),
    (Kind::SET_WITHOUT_CLUSTER, Mode::ShareUpdateExclusive),
    (Kind::VALIDATE_CONSTRAINT, Mode::ShareUpdateExclusive),
    (Kind::FOREIGN_KEY_CONSTRAINT, Mode::ShareRowExclusive),
    (Kind::ENABLE_TRIGGER, Mode::ShareRowExclusive),
    (Kind::ENABLE_ALWAYS_TRIGGER, Mode::ShareRowExclusive),
    (Kind::ENABLE_REPLICA_TRIGGER, Mode::ShareRowExclusive),
    (Kind::DISABLE_TRIGGER, Mode::ShareRowExclusive),
];

/// Statements that name no table and lock one all the same.
const HIDDEN: &[Kind] = &[
    Kind::ALTER_DOMAIN,
    Kind::ALTER_EXTENSION,
    Kind::ALTER_INDEX,
    Kind::ALTER_STATISTICS,
    Kind::DROP_EXTENSION,
    Kind::DROP_INDEX,
    Kind::DROP_OWNED,
    Kind::DROP_STATISTICS,
];

pub(crate) fn takes(statement: Node) -> Takes {
    let kind = statement.kind();
    if kind == Kind::ALTER_TABLE {
        return Takes::Tables(alter_table(statement));
    }
    match LOCKS.iter().find(|(known, _)| *known == kind) {
        Some((_, mode)) => Takes::Tables(*mode),
        None if is_about_no_table(statement) => Takes::Nothing,
        None => Takes::Unknown,
    }
}

/// The strongest of what its actions need.
fn alter_table(statement: Node) -> Mode {
    let actions = parts(statement).into_iter().filter(|(_, part)| !part.is_token());
    let weaker = actions.filter_map(|((parent, _), part)| {
        let of_column = parent == Kind::ALTER_COLUMN
            && matches!(part.kind(), Kind::SET_OPTIONS | Kind::RESET_OPTIONS);
        let known = WEAKER.iter().find(|(kind, _)| *kind == part.kind()).map(|(_, mode)| *mode);
        match part.kind() {
            Kind::TABLE_RELATION_NAME | Kind::COLUMN_NAME_REF | Kind::IF_EXISTS => None,
            _ if of_column => Some(Mode::ShareUpdateExclusive),
            _ => Some(known.unwrap_or(Mode::AccessExclusive)),
        }
    });
    weaker.max().unwrap_or(Mode::AccessExclusive)
}

fn is_about_no_table(statement: Node) -> bool {
    const VERBS: [Kind; 6] = [
        Kind::CREATE_KW,
        Kind::ALTER_KW,
        Kind::DROP_KW,
        Kind::GRANT_KW,
        Kind::REVOKE_KW,
        Kind::SET_KW,
    ];
    let verb = statement.children().next().map(Node::kind);
    verb.is_some_and(|verb| VERBS.contains(&verb))
        && !HIDDEN.contains(&statement.kind())
        && !statement.has(Kind::CASCADE)
        && tables(statement).is_empty()
}
