//! The columns that an expression names.

use std::ops::Range;

use crate::grammar::expression::Expression;
use crate::grammar::tree::{
    Kind, Node, is_reserved_keyword, is_truth_word, is_type_func_name_keyword,
};

/// A name that stands for a column, or for a whole row.
pub(crate) struct Reference {
    /// What stands before it: `users` in `users.email`.
    pub(crate) qualifier: Vec<String>,
    /// None for `users.*`.
    pub(crate) column: Option<String>,
    /// The column's own name in the text.
    pub(crate) range: Range<usize>,
    pub(crate) is_quoted: bool,
    /// What the subqueries round it read, the innermost last.
    pub(crate) sources: Vec<Source>,
}

/// Something that a subquery reads.
#[derive(Clone)]
pub(crate) struct Source {
    /// The name that its columns are qualified with.
    pub(crate) alias: String,
    /// The table's name and what stands before it; none where the columns cannot be told: of a
    /// function, a subquery, a common table expression.
    pub(crate) table: Option<(Option<String>, String)>,
}

impl Expression {
    pub(crate) fn references(&self) -> Vec<Reference> {
        let mut walk = Walk::default();
        walk.node(self.value());
        walk.found
    }
}

impl Reference {
    /// Tells whether it may stand for this column of the row. In a subquery a bare name may be
    /// another table's as well; only the schema can tell.
    pub(crate) fn may_be(&self, column: &str) -> bool {
        self.source().is_none() && self.column.as_deref().is_none_or(|name| name == column)
    }

    /// As a message shows it.
    pub(crate) fn sql(&self) -> String {
        let column = self.column.as_deref().unwrap_or("*");
        self.qualifier.iter().map(|name| format!("{name}.")).chain([column.to_owned()]).collect()
    }

    /// The source that the qualifier means, if it is one of a subquery's.
    pub(crate) fn source(&self) -> Option<&Source> {
        let alias = self.qualifier.last()?;
        self.sources.iter().rev().find(|source| source.alias == *alias)
    }
}

#[derive(Default)]
struct Walk {
    sources: Vec<Source>,
    found: Vec<Reference>,
}

impl Walk {
    fn node(&mut self, node: Node) {
        let outside = self.sources.len();
        match node.kind() {
            Kind::NAME_REF => return self.name(node),
            Kind::FIELD_EXPR => return self.field(node),
            // `geometry(Point, 4326)`: what a type takes is no column.
            Kind::PATH_TYPE => return,
            Kind::CALL_EXPR => {
                let arguments = node.children().skip_while(|child| is_function_name(*child));
                let each = arguments.flat_map(|list| match list.kind() {
                    Kind::ARG_LIST => list.children().collect(),
                    _ => vec![list],
                });
                let given = each.filter(|argument| !is_normal_form(node, *argument));
                given.for_each(|argument| self.node(argument));
                return;
            }
            Kind::BIN_EXPR if node.has(Kind::IS_KW) || node.has(Kind::IS_NOT) => {
                return self.truth(node);
            }
            Kind::SELECT | Kind::COMPOUND_SELECT => self.sources.extend(sources_of(node)),
            _ => {}
        }
        node.children().for_each(|child| self.node(child));
        self.sources.truncate(outside);
    }

    /// `email is unknown`: the last word is no column.
    fn truth(&mut self, node: Node) {
        node.children().filter(|child| !is_truth_word(*child)).for_each(|child| self.node(child));
    }

    /// `email`.
    fn name(&mut self, node: Node) {
        if !is_value_keyword(node) {
            self.add(Vec::new(), node.children().next());
        }
    }

    /// `users.email`, `public.users.email`, `users.*`; or `(address).city`, a part of a value.
    fn field(&mut self, node: Node) {
        let Some(base) = node.children().next() else { return };
        let Some(qualifier) = path(base) else { return self.node(base) };
        match node.children().last() {
            Some(name) if name.kind() == Kind::NAME_REF => {
                self.add(qualifier, name.children().next());
            }
            _ => self.add(qualifier, None),
        }
    }

    fn add(&mut self, qualifier: Vec<String>, token: Option<Node>) {
        let reference = Reference {
            qualifier,
            column: token.map(Node::name),
            range: token.map_or(0..0, Expression::range),
            is_quoted: token.is_some_and(|token| token.text().starts_with('"')),
            sources: self.sources.clone(),
        };
        self.found.push(reference);
    }
}

/// Tells whether a name is one of the grammar's own values: `current_date`, `session_user`.
pub(crate) fn is_value_keyword(name: Node) -> bool {
    let kind = name.children().next().map(Node::kind);
    kind.is_some_and(|kind| is_reserved_keyword(kind) || is_type_func_name_keyword(kind))
}

/// Tells whether a name needs no quotes in SQL.
pub(crate) fn is_plain_name(text: &str) -> bool {
    let is_folded = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let read = Expression::read(text);
    let is_name =
        read.is_ok_and(|it| it.value().kind() == Kind::NAME_REF && !is_value_keyword(it.value()));
    is_folded && is_name
}

/// Tells whether an argument is the word of `normalize(email, nfkc)`.
fn is_normal_form(call: Node, argument: Node) -> bool {
    const FORMS: [&str; 4] = ["nfc", "nfd", "nfkc", "nfkd"];
    let function = call.children().next().and_then(path).and_then(|mut path| path.pop());
    function.is_some_and(|name| name == "normalize")
        && argument.kind() == Kind::ARG
        && FORMS.contains(&argument.text().to_lowercase().as_str())
}

fn is_function_name(node: Node) -> bool {
    matches!(node.kind(), Kind::NAME_REF) || path(node).is_some()
}

/// The names of `a` or `a.b`, if the node is nothing else.
pub(crate) fn path(node: Node) -> Option<Vec<String>> {
    match node.kind() {
        Kind::NAME_REF => Some(vec![node.children().next()?.name()]),
        Kind::FIELD_EXPR => {
            let mut children = node.children();
            let mut names = path(children.next()?)?;
            names.extend(path(children.next_back()?)?);
            Some(names)
        }
        _ => None,
    }
}

/// Returns what a query reads, and what its output is called, which `order by` may name.
fn sources_of(query: Node) -> Vec<Source> {
    let unknown = |alias: &str| Source { alias: alias.to_owned(), table: None };
    let mut found: Vec<Source> = Vec::new();
    for part in query.children() {
        match part.kind() {
            Kind::FROM_CLAUSE | Kind::USING_CLAUSE => read(part, &mut found),
            Kind::ORDER_BY_CLAUSE => found.push(unknown("")),
            _ => {}
        }
    }
    let names_it_so = |source: &&mut Source, names: &[String]| match &source.table {
        Some((None, table)) => names.contains(table),
        _ => false,
    };
    // A name that a `with` gives is no table's.
    let given: Vec<String> = query
        .all()
        .into_iter()
        .filter(|node| node.kind() == Kind::CTE_NAME)
        .map(Node::name)
        .collect();
    for source in found.iter_mut().filter(|source| names_it_so(source, &given)) {
        source.table = None;
    }
    found
}

const OTHER_SOURCES: [Kind; 7] = [
    Kind::FUNCTION_FROM_ITEM,
    Kind::ROWS_FROM_ITEM,
    Kind::PAREN_FROM_ITEM,
    Kind::EXPR_FROM_ITEM,
    Kind::JSON_TABLE_FROM_ITEM,
    Kind::XML_TABLE_FROM_ITEM,
    Kind::GRAPH_TABLE_FROM_ITEM,
];

/// The sources of a `from`, those of a join one by one.
fn read(node: Node, found: &mut Vec<Source>) {
    for item in node.children() {
        match item.kind() {
            Kind::RELATION_FROM_ITEM => found.extend(relation(item)),
            Kind::JOIN_EXPR | Kind::JOIN | Kind::PAREN_EXPR => read(item, found),
            kind if OTHER_SOURCES.contains(&kind) => {
                read(item, found);
                let alias = alias(item).or_else(|| {
                    let function = item.child(Kind::CALL_EXPR)?.children().next()?;
                    path(function)?.pop()
                });
                found.push(Source { alias: alias.unwrap_or_default(), table: None });
            }
            _ => {}
        }
    }
}

fn relation(item: Node) -> Option<Source> {
    let mut names: Vec<String> = item
        .child(Kind::RELATION_NAME_REF)?
        .all()
        .into_iter()
        .filter(|node| node.kind() == Kind::PATH_SEGMENT_REF)
        .map(Node::name)
        .collect();
    let name = names.pop()?;
    let alias = alias(item).unwrap_or_else(|| name.clone());
    // `from users as u(a, b)` gives the columns other names.
    let renamed = item.child(Kind::FROM_ALIAS).is_some_and(|alias| alias.has(Kind::COLUMN_LIST));
    Some(Source { alias, table: (!renamed).then(|| (names.pop(), name)) })
}

fn alias(item: Node) -> Option<String> {
    Some(item.child(Kind::FROM_ALIAS)?.child(Kind::TABLE_ALIAS)?.name())
}
