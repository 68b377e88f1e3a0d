//! The parts of a statement, and the names in it.

use crate::grammar::{Kind, Node};
use crate::syntax::words::name::{Name, TableName};

/// What a part is a part of, and the part.
pub(crate) type Form = (Kind, Kind);

/// The parts of a statement that rules and locks are about: the actions of an `alter table`, and
/// what those do to a column or a constraint.
pub(crate) fn parts(statement: Node) -> Vec<(Form, Node)> {
    let mut found = Vec::new();
    for part in statement.children() {
        let inside = part.children().map(|inner| ((part.kind(), inner.kind()), inner));
        match part.kind() {
            Kind::ALTER_COLUMN | Kind::ADD_CONSTRAINT if statement.kind() == Kind::ALTER_TABLE => {
                found.extend(inside);
            }
            Kind::ADD_COLUMN if computes(part) => {
                found.push(((Kind::ADD_COLUMN, Kind::GENERATED_CONSTRAINT), part));
            }
            _ if statement.kind() == Kind::INSERT && is_rows(part) => {
                found.push(((Kind::INSERT, Kind::SELECT), part));
            }
            kind => found.push(((statement.kind(), kind), part)),
        }
    }
    found
}

/// Tells whether a part of an `insert` is a query over other rows.
fn is_rows(part: Node) -> bool {
    const QUERIES: [Kind; 4] =
        [Kind::COMPOUND_SELECT, Kind::PAREN_SELECT, Kind::SELECT, Kind::TABLE];
    let reads = |node: &Node| matches!(node.kind(), Kind::SELECT | Kind::TABLE);
    QUERIES.contains(&part.kind()) && part.all().iter().any(reads)
}

/// The writes that stand in the `with` of a statement.
pub(super) fn writes_within(statement: Node<'_>) -> Vec<Node<'_>> {
    const WRITES: [Kind; 4] = [Kind::DELETE, Kind::INSERT, Kind::MERGE, Kind::UPDATE];
    let with = statement.all().into_iter().filter(|node| node.kind() == Kind::WITH_CLAUSE);
    with.flat_map(Node::all).filter(|node| WRITES.contains(&node.kind())).collect()
}

/// Returns what a statement names by nodes of this kind.
pub(crate) fn named(statement: Node, kind: Kind) -> Vec<TableName> {
    let nodes = statement.all().into_iter().filter(|node| node.kind() == kind);
    nodes.filter_map(relation).collect()
}

fn computes(column: Node) -> bool {
    let generated = column.child(Kind::GENERATED_CONSTRAINT);
    generated.is_some_and(|generated| !generated.has(Kind::GENERATED_IDENTITY))
}

/// The relations that a statement names, without those that its own `with` gives.
pub(crate) fn tables(statement: Node) -> Vec<TableName> {
    table_nodes(statement).into_iter().map(|(table, _)| table).collect()
}

/// Each with the node that names it.
pub(crate) fn table_nodes(statement: Node) -> Vec<(TableName, Node)> {
    let all = statement.all();
    let is_given = |name: &TableName| {
        let is_it = |node: &Node| node.kind() == Kind::CTE_NAME && node.name() == name.name.text;
        name.schema.is_none() && all.iter().any(is_it)
    };
    let named = all.iter().filter(|node| NAMES_A_RELATION.contains(&node.kind()));
    named
        .filter_map(|node| Some((relation(*node)?, *node)))
        .filter(|(table, _)| !is_given(table))
        .collect()
}

const NAMES_A_RELATION: [Kind; 2] = [Kind::TABLE_NAME_REF, Kind::RELATION_NAME_REF];

/// The columns of its table that a statement names outright.
pub(crate) fn columns(statement: Node) -> Vec<String> {
    const ABOUT_ONE_TABLE: [Kind; 5] =
        [Kind::ALTER_TABLE, Kind::ANALYZE, Kind::CREATE_STATISTICS, Kind::INSERT, Kind::UPDATE];
    if !ABOUT_ONE_TABLE.contains(&statement.kind()) {
        return Vec::new();
    }
    let on = statement.child(Kind::STATISTICS_ON_CLAUSE).map_or(Vec::new(), Node::all);
    let listed = on.into_iter().filter(|node| node.kind() == Kind::NAME_REF);
    let named = statement.all().into_iter().filter(|node| node.kind() == Kind::COLUMN_NAME_REF);
    listed.chain(named).map(Node::name).collect()
}

/// The relation that a statement makes.
pub(crate) fn made_relation(statement: Node) -> Option<TableName> {
    const NAMES: [Kind; 3] = [Kind::TABLE_NAME, Kind::VIEW, Kind::SEQUENCE];
    statement.children().find(|child| NAMES.contains(&child.kind())).and_then(relation)
}

/// Tells whether a statement makes, changes or drops what stands in the catalogs alone, so that it
/// reads no row; tables, indexes and types of columns are not among it.
pub(crate) fn is_of_catalogs(statement: Node) -> bool {
    const KINDS: [Kind; 25] = [
        Kind::ALTER_AGGREGATE,
        Kind::ALTER_FUNCTION,
        Kind::ALTER_POLICY,
        Kind::ALTER_PROCEDURE,
        Kind::ALTER_PUBLICATION,
        Kind::ALTER_STATISTICS,
        Kind::ALTER_TRIGGER,
        Kind::ALTER_VIEW,
        Kind::COMMENT_ON,
        Kind::CREATE_AGGREGATE,
        Kind::CREATE_CAST,
        Kind::CREATE_COLLATION,
        Kind::CREATE_FUNCTION,
        Kind::CREATE_OPERATOR,
        Kind::CREATE_POLICY,
        Kind::CREATE_PROCEDURE,
        Kind::CREATE_PUBLICATION,
        Kind::CREATE_RULE,
        Kind::CREATE_STATISTICS,
        Kind::CREATE_TRIGGER,
        Kind::CREATE_TYPE,
        Kind::CREATE_VIEW,
        Kind::GRANT,
        Kind::REVOKE,
        Kind::SECURITY_LABEL,
    ];
    KINDS.contains(&statement.kind())
}

/// The name of the object that a `create` makes or a `drop` removes.
pub(crate) fn made(statement: Node) -> Option<String> {
    const NAMES: [Kind; 9] = [
        Kind::TYPE_NAME,
        Kind::TYPE_NAME_REF,
        Kind::STATISTICS,
        Kind::STATISTICS_REF,
        Kind::PUBLICATION,
        Kind::PUBLICATION_REF,
        Kind::COLLATION,
        Kind::COLLATION_REF,
        Kind::FUNCTION_NAME,
    ];
    let name = statement.children().find(|child| NAMES.contains(&child.kind()));
    match name {
        Some(name) => Some(relation(name)?.name.text),
        None => made_part(statement).or_else(|| dropped_routine(statement)),
    }
}

/// `stamp on users`, of what goes by a table.
fn made_part(statement: Node) -> Option<String> {
    let name = match statement.kind() {
        Kind::CREATE_TRIGGER => Kind::TRIGGER,
        Kind::DROP_TRIGGER => Kind::TRIGGER_REF,
        Kind::CREATE_RULE => Kind::RULE,
        Kind::DROP_RULE => Kind::RULE_REF,
        Kind::CREATE_POLICY => Kind::POLICY,
        Kind::DROP_POLICY => Kind::POLICY_REF,
        _ => return None,
    };
    let name = named(statement, name).into_iter().next()?;
    Some(format!("{} on {}", name.name.text, tables(statement).first()?))
}

fn dropped_routine(statement: Node) -> Option<String> {
    let name = match statement.kind() {
        Kind::DROP_PROCEDURE => Kind::PROCEDURE_NAME_REF,
        Kind::DROP_FUNCTION => Kind::FUNCTION_NAME_REF,
        _ => return None,
    };
    match named(statement, name).as_slice() {
        [one] => Some(one.name.text.clone()),
        _ => None,
    }
}

const NAMES_IN_SCHEMA: [Kind; 17] = [
    Kind::AGGREGATE_NAME,
    Kind::COLLATION,
    Kind::CONVERSION,
    Kind::DOMAIN,
    Kind::FUNCTION_NAME,
    Kind::OP_CLASS_NAME,
    Kind::OP_FAMILY_NAME,
    Kind::PROCEDURE_NAME,
    Kind::SEQUENCE,
    Kind::STATISTICS,
    Kind::TABLE_NAME,
    Kind::TEXT_SEARCH_CONFIGURATION,
    Kind::TEXT_SEARCH_DICTIONARY,
    Kind::TEXT_SEARCH_PARSER,
    Kind::TEXT_SEARCH_TEMPLATE,
    Kind::TYPE_NAME,
    Kind::VIEW,
];

/// Returns what a statement makes that stands in a schema under a name of its own; an operator's is
/// none that could be quoted.
pub(crate) fn made_in_schema(statement: Node) -> Option<TableName> {
    if !statement.has(Kind::CREATE_KW) {
        return None;
    }
    let name = statement.children().find(|child| NAMES_IN_SCHEMA.contains(&child.kind()))?;
    relation(name)
}

/// Returns what a statement alters, drops, describes or gives rights on, as far as it is no table.
pub(crate) fn changed(statement: Node) -> Vec<TableName> {
    const VERBS: [Kind; 5] =
        [Kind::ALTER_KW, Kind::COMMENT_KW, Kind::DROP_KW, Kind::GRANT_KW, Kind::REVOKE_KW];
    const NAMES: [Kind; 8] = [
        Kind::DOMAIN_REF,
        Kind::FUNCTION_NAME_REF,
        Kind::PROCEDURE_NAME_REF,
        Kind::SCHEMA_REF,
        Kind::SEQUENCE_REF,
        Kind::TYPE_NAME_REF,
        Kind::VIEW,
        Kind::VIEW_REF,
    ];
    let verb = statement.children().next().map(Node::kind);
    if !verb.is_some_and(|verb| VERBS.contains(&verb)) {
        return Vec::new();
    }
    let nodes = statement.all().into_iter().filter(|node| NAMES.contains(&node.kind()));
    nodes.filter_map(relation).collect()
}

fn relation(node: Node) -> Option<TableName> {
    const SEGMENTS: [Kind; 2] = [Kind::PATH_SEGMENT_REF, Kind::PATH_SEGMENT];
    let segments = node.all().into_iter().filter(|part| SEGMENTS.contains(&part.kind()));
    let mut names: Vec<String> = segments.map(Node::name).collect();
    if names.is_empty() {
        // A name that takes no schema is a token alone.
        names.push(node.children().next()?.name());
    }
    let name = names.pop()?;
    let schema = names.pop().filter(|schema| schema != "public");
    Some(TableName { schema: schema.map(Name::new), name: Name::new(name) })
}

/// The columns that a `where` holds to given values, so that a key among them bounds the rows.
pub(crate) fn pinned(statement: Node) -> Vec<String> {
    let Some(clause) = statement.child(Kind::WHERE_CLAUSE) else { return Vec::new() };
    let mut found = Vec::new();
    clause.children().for_each(|condition| pin(condition, &mut found));
    found
}

fn pin(condition: Node, found: &mut Vec<String>) {
    let operands: Vec<Node> = condition.children().collect();
    let values =
        |node: Node| node.all().into_iter().all(|part| part.is_token() || is_value(part.kind()));
    match (condition.kind(), operands.as_slice()) {
        (Kind::PAREN_EXPR, [_, inner, _]) => pin(*inner, found),
        (Kind::BIN_EXPR, [left, operator, right]) => match operator.kind() {
            Kind::AND_KW => {
                pin(*left, found);
                pin(*right, found);
            }
            Kind::EQ | Kind::IN_KW if values(*right) && left.kind() == Kind::NAME_REF => {
                found.push(left.name());
            }
            Kind::EQ if values(*left) && right.kind() == Kind::NAME_REF => {
                found.push(right.name());
            }
            _ => {}
        },
        _ => {}
    }
}

fn is_value(kind: Kind) -> bool {
    matches!(kind, Kind::LITERAL | Kind::PAREN_EXPR | Kind::TUPLE_EXPR | Kind::PREFIX_EXPR)
}
