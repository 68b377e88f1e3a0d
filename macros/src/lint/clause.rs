//! What a statement says behind the names, as a macro's options: what is not carried over would be
//! another index or key, so that the help ends with `…` where it cannot be.

use crate::grammar::{Kind, Node};
use crate::lint::words::{index_key, quoted};

/// What does not matter, because a macro does it by itself.
const PASSED_OVER: &[Kind] = &[Kind::IF_NOT_EXISTS, Kind::NOT_VALID, Kind::NOT_DEFERRABLE];

/// What is named elsewhere in a template.
const NAMED: &[Kind] = &[
    Kind::COLUMN_NAME_REF,
    Kind::CONSTRAINT_COLUMN_REF_LIST,
    Kind::FOREIGN_KEY_COLUMN_LIST,
    Kind::INDEX,
    Kind::PARTITION_ITEM_LIST,
    Kind::TABLE_NAME_REF,
    Kind::TABLE_RELATION_NAME,
];

/// `(email desc), unique, using = gin, include(id), where = "…", name = by_mail`.
pub(super) fn index(statement: Node) -> Option<String> {
    let keys = statement.child(Kind::PARTITION_ITEM_LIST)?;
    let keys = keys.children().filter(|item| item.kind() == Kind::PARTITION_ITEM);
    let keys: Vec<String> = keys.map(index_key).collect();
    let mut options = Vec::new();
    options.extend(statement.has(Kind::UNIQUE_KW).then(|| "unique".to_owned()));
    options.extend(said(statement));
    options.extend(statement.child(Kind::INDEX).map(|name| format!("name = {}", name.text())));
    Some(listed(format!("({})", keys.join(", ")), options))
}

/// `, on_delete = cascade, name = …`, or nothing.
pub(super) fn constraint(part: Node) -> String {
    let mut options = said(part);
    if let Some(parameters) = part.child(Kind::INDEX_PARAMETERS) {
        options.extend(said(parameters));
    }
    let name = part.child(Kind::CONSTRAINT_NAME_CLAUSE).and_then(|it| it.children().last());
    options.extend(name.map(|name| format!("name = {}", name.text())));
    listed(String::new(), options)
}

/// The same of a column's `references`, which has no name of its own.
pub(super) fn reference(part: Node) -> String {
    listed(String::new(), said(part))
}

fn listed(first: String, options: Vec<String>) -> String {
    [first].into_iter().chain(options).collect::<Vec<_>>().join(", ")
}

fn said(part: Node) -> Vec<String> {
    let is_behind = |node: &Node| {
        let kind = node.kind();
        let is_name = [Kind::CONSTRAINT_NAME_CLAUSE, Kind::INDEX_PARAMETERS].contains(&kind);
        !is_name && !PASSED_OVER.contains(&kind) && !NAMED.contains(&kind)
    };
    // A bare token is a word of the form itself.
    let clauses = part.children().filter(|node| !node.is_token() && is_behind(node));
    let mut found: Vec<String> = Vec::new();
    for clause in clauses.filter(|clause| !is_expression_of(part, *clause)) {
        found.push(option(clause).unwrap_or_else(|| "…".into()));
    }
    found
}

/// The expression of a check stands between its parentheses.
fn is_expression_of(part: Node, inner: Node) -> bool {
    let mut behind = part.children().skip_while(|child| child.kind() != Kind::L_PAREN).skip(1);
    part.kind() == Kind::CHECK_CONSTRAINT
        && behind.next().is_some_and(|child| child.range() == inner.range())
}

fn option(clause: Node) -> Option<String> {
    let word = |word: &str| Some(word.to_owned());
    match clause.kind() {
        Kind::ON_DELETE_ACTION => Some(format!("on_delete = {}", action(clause)?)),
        Kind::ON_UPDATE_ACTION => Some(format!("on_update = {}", action(clause)?)),
        Kind::MATCH_FULL => word("match = full"),
        Kind::DEFERRABLE_CONSTRAINT_OPTION => word("deferrable"),
        Kind::INITIALLY_DEFERRED_CONSTRAINT_OPTION => word("initially_deferred"),
        Kind::NO_INHERIT => word("no_inherit"),
        Kind::NULLS_NOT_DISTINCT => word("nulls_not_distinct"),
        Kind::USING_METHOD => Some(format!("using = {}", clause.children().last()?.text())),
        Kind::INDEX_INCLUDE_CLAUSE | Kind::CONSTRAINT_INCLUDE_CLAUSE => {
            Some(format!("include{}", clause.children().last()?.text()))
        }
        Kind::WHERE_CLAUSE => Some(format!("where = {}", quoted(clause.children().last()?.text()))),
        Kind::TABLESPACE_CLAUSE => {
            Some(format!("tablespace = {}", clause.children().last()?.text()))
        }
        _ => None,
    }
}

/// `cascade`, `set_null`, `set_null(customer_id)`.
fn action(clause: Node) -> Option<String> {
    let text = clause.children().last()?.text().to_lowercase();
    let (words, columns) = match text.split_once('(') {
        Some((words, columns)) => (words, format!("({columns}")),
        None => (text.as_str(), String::new()),
    };
    Some(words.split_whitespace().collect::<Vec<_>>().join("_") + &columns)
}
