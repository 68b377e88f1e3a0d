//! Help that can be pasted: a macro with the names of the statement that it stands for.

use crate::grammar::{Kind, Node};

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
    let names = named(part, Kind::COLUMN_NAME_REF).into_iter().map(|name| name.text().to_owned());
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

fn index_key(item: Node) -> String {
    let text = item.text();
    match item.children().next() {
        Some(value) if value.kind() != Kind::NAME_REF => {
            let (sql, rest) = text.split_at(value.text().len());
            let sql = sql.strip_prefix('(').and_then(|sql| sql.strip_suffix(')')).unwrap_or(sql);
            format!("sql(\"{sql}\"){rest}")
        }
        _ => text.to_lowercase(),
    }
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
        Kind::REFERENCES_CONSTRAINT => format!("references({})", target(node)?),
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
    let columns = named(part, Kind::COLUMN_NAME_REF).into_iter().filter(behind).collect();
    Some(with_columns(&unqualified(table), columns))
}

fn with_columns(table: &str, columns: Vec<Node>) -> String {
    let names: Vec<&str> = columns.into_iter().map(Node::text).collect();
    match names.as_slice() {
        [] => format!("{table}.…"),
        [one] => format!("{table}.{one}"),
        many => format!("{table}({})", many.join(", ")),
    }
}

/// `total = "price * count", where = "total is null"`.
fn assignment(update: Node) -> Option<String> {
    let set = update.find(Kind::SET_SINGLE_COLUMN)?;
    let (column, value) = (set.children().next()?.text(), set.find(Kind::SET_EXPR)?.text());
    let condition = update.child(Kind::WHERE_CLAUSE).and_then(|clause| clause.children().last());
    let condition = condition.map_or(String::new(), |it| format!(", where = \"{}\"", it.text()));
    Some(format!("{column} = \"{value}\"{condition}"))
}
