//! Help that can be pasted: a macro with the names of the statement that it stands for.

use crate::grammar::{Kind, Node};
use crate::lint::clause;
use crate::lint::words::{index_key, quoted};

/// Finds a name in a statement, or in the part of it that a rule is about.
type Find = fn(Node, Node) -> Option<String>;

/// What a template has a place for, by its name there.
const PLACES: &[(&str, Find)] = &[
    // The table, or what else the statement is about.
    ("{t}", |statement, _| first(statement, OBJECTS).map(unqualified)),
    // The name of what is made, or the new name.
    ("{n}", |_, part| first(part, NEW).map(unqualified)),
    // The old name of a constraint.
    ("{was}", |_, part| first(part, &[Kind::CONSTRAINT_NAME_REF]).map(unqualified)),
    // The columns.
    ("{c}", columns),
    ("{ty}", |_, part| first(part, TYPES).map(|ty| ty.text().to_owned())),
    // A column's definition, from its type on.
    ("{def}", |_, part| Some(definition(part))),
    ("{check}", |_, part| in_parentheses(part)),
    ("{key}", key),
    ("{target}", |_, part| target(part)),
    ("{set}", |statement, _| assignment(statement)),
    ("{index}", |statement, _| clause::index(statement)),
    // What else is said of a constraint, with a comma in front.
    ("{more}", |_, part| Some(clause::constraint(part))),
];

const OBJECTS: &[Kind] = &[
    Kind::TABLE_NAME_REF,
    Kind::RELATION_NAME_REF,
    Kind::INDEX_REF,
    Kind::VIEW_REF,
    Kind::TYPE_NAME_REF,
    Kind::DOMAIN_REF,
    Kind::SEQUENCE_REF,
    Kind::SCHEMA_REF,
    Kind::EXTENSION_REF,
];
const NEW: &[Kind] = &[
    Kind::COLUMN_NAME,
    Kind::TABLE_NAME,
    Kind::INDEX,
    Kind::VIEW,
    Kind::TYPE_NAME,
    Kind::DOMAIN,
    Kind::SEQUENCE,
    Kind::EXTENSION,
    Kind::SCHEMA,
    Kind::NAMED_SCHEMA,
    Kind::CONSTRAINT_NAME,
];
const TYPES: &[Kind] = &[
    Kind::ARRAY_TYPE,
    Kind::PATH_TYPE,
    Kind::BIT_TYPE,
    Kind::CHARACTER_TYPE,
    Kind::DOUBLE_TYPE,
    Kind::INTERVAL_TYPE,
    Kind::TIMESTAMP_TYPE,
    Kind::TIME_TYPE,
    Kind::VARCHAR_TYPE,
];

/// A template with the names of a statement; what cannot be told is left to the user.
pub(super) fn fill_in(template: &str, statement: Node, part: Node) -> String {
    let mut text = template.to_owned();
    for (place, find) in PLACES.iter().filter(|(place, _)| template.contains(place)) {
        let found = find(statement, part);
        text = text.replace(place, found.as_deref().unwrap_or("…"));
    }
    text
}

fn first<'t>(node: Node<'t>, kinds: &[Kind]) -> Option<Node<'t>> {
    node.all().into_iter().find(|inner| kinds.contains(&inner.kind()))
}

/// `public.users` and `users` are one table in a macro.
fn unqualified(node: Node) -> String {
    node.text().trim_start_matches("public.").to_owned()
}

fn columns(statement: Node, part: Node) -> Option<String> {
    let items: Vec<String> = named(part, Kind::PARTITION_ITEM).into_iter().map(index_key).collect();
    // Behind the key an `include` may name others.
    let key = part.find(Kind::CONSTRAINT_COLUMN_REF_LIST).unwrap_or(part);
    let names = named(key, Kind::COLUMN_NAME_REF).into_iter().map(|name| name.text().to_owned());
    let found = if items.is_empty() { names.collect() } else { items };
    if !found.is_empty() {
        return Some(found.join(", "));
    }
    // The column of the `alter column` that the part stands in.
    let contains = |action: &Node| action.children().any(|inner| inner.range() == part.range());
    let action = statement.children().find(contains)?;
    Some(action.child(Kind::COLUMN_NAME_REF)?.text().to_owned())
}

fn named(node: Node, kind: Kind) -> Vec<Node> {
    node.all().into_iter().filter(|inner| inner.kind() == kind).collect()
}

/// `uuid not_null default sql("gen_random_uuid()")`.
fn definition(column: Node) -> String {
    let ty = first(column, TYPES).map_or("…", Node::text);
    let mut words = match ty.to_lowercase().as_str() {
        "serial" | "serial4" => vec!["integer identity".to_owned()],
        "bigserial" | "serial8" => vec!["bigint identity".to_owned()],
        _ => vec![ty.to_owned()],
    };
    words.extend(column.children().filter_map(modifier));
    words.join(" ")
}

fn modifier(node: Node) -> Option<String> {
    Some(match node.kind() {
        Kind::NOT_NULL_CONSTRAINT => "not_null".into(),
        Kind::UNIQUE_CONSTRAINT => "unique".into(),
        Kind::PRIMARY_KEY_CONSTRAINT => "primary_key".into(),
        Kind::GENERATED_CONSTRAINT => "identity".into(),
        Kind::DEFAULT_CONSTRAINT => format!("default {}", default(node.children().last()?)),
        Kind::CHECK_CONSTRAINT => format!("check(\"{}\")", in_parentheses(node)?),
        Kind::REFERENCES_CONSTRAINT => {
            format!("references({}{})", target(node)?, clause::reference(node))
        }
        _ => return None,
    })
}

fn default(value: Node) -> String {
    let text = value.text();
    match text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        Some(text) if value.kind() == Kind::LITERAL => format!("{:?}", text.replace("''", "'")),
        None if value.kind() == Kind::LITERAL => text.to_lowercase(),
        _ => format!("sql(\"{text}\")"),
    }
}

/// The expression that a part has in its own parentheses.
fn in_parentheses(part: Node) -> Option<String> {
    let holder = part.find(Kind::GENERATED_STORED).unwrap_or(part);
    let mut children = holder.children().skip_while(|child| child.kind() != Kind::L_PAREN);
    Some(children.nth(1)?.text().to_owned())
}

/// `orders.customer_id`, or `orders(a, b)`.
fn key(statement: Node, part: Node) -> Option<String> {
    let table = first(statement, OBJECTS).map(unqualified)?;
    Some(with_columns(
        &table,
        named(part.child(Kind::FOREIGN_KEY_COLUMN_LIST)?, Kind::COLUMN_NAME_REF),
    ))
}

fn target(part: Node) -> Option<String> {
    let table = part.child(Kind::TABLE_NAME_REF)?;
    let behind = |node: &Node| node.range().start > table.range().start;
    let is_list = |node: &Node| node.kind() == Kind::FOREIGN_KEY_COLUMN_LIST && behind(node);
    let holder = part.children().rfind(is_list).unwrap_or(part);
    let columns = holder.children().filter(|node| node.kind() == Kind::COLUMN_NAME_REF);
    Some(with_columns(&unqualified(table), columns.filter(behind).collect()))
}

fn with_columns(table: &str, columns: Vec<Node>) -> String {
    let names: Vec<&str> = columns.into_iter().map(Node::text).collect();
    match names.as_slice() {
        [] => format!("{table}.…"),
        [one] => format!("{table}.{one}"),
        many => format!("{table}({})", many.join(", ")),
    }
}

/// `orders.total = "price * count", where = "total is null"`. Every row is one whose value
/// differs; and what comes from other tables is for the user to say.
fn assignment(update: Node) -> Option<String> {
    const TAKES_MORE: [Kind; 4] = [
        Kind::SET_MULTIPLE_COLUMNS,
        Kind::FROM_CLAUSE,
        Kind::OPTIONAL_AS_ALIAS,
        Kind::RETURNING_CLAUSE,
    ];
    let table = first(update, OBJECTS).map(unqualified)?;
    if TAKES_MORE.iter().any(|kind| update.find(*kind).is_some()) {
        return Some(format!("{table}.… = \"…\""));
    }
    let set = |node: Node| -> Option<(String, String)> {
        let value = node.find(Kind::SET_EXPR)?;
        Some((node.children().next()?.text().to_owned(), value.text().to_owned()))
    };
    let all: Vec<(String, String)> =
        named(update, Kind::SET_SINGLE_COLUMN).into_iter().filter_map(set).collect();
    let of = |(column, value): &(String, String)| format!("{column} = {}", quoted(value));
    let target = match all.as_slice() {
        [] => return None,
        [one] => format!("{table}.{}", of(one)),
        many => format!("{table} {{ {} }}", many.iter().map(of).collect::<Vec<_>>().join(", ")),
    };
    let condition = update.child(Kind::WHERE_CLAUSE).and_then(|clause| clause.children().last());
    let differs = |(column, value): &(String, String)| {
        let is_plain = !value.contains(' ') || value.starts_with(['\'', '(']);
        let value = if is_plain { value.clone() } else { format!("({value})") };
        format!("{column} is distinct from {value}")
    };
    let condition = match condition {
        Some(condition) => condition.text().to_owned(),
        None => all.iter().map(differs).collect::<Vec<_>>().join(" or "),
    };
    Some(format!("{target}, where = {}", quoted(&condition)))
}
