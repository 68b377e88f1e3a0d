//! What raw SQL may do: the forms that a macro does better, and the locks of the rest.

mod clause;
mod form;
mod locks;
mod rules;
mod template;
mod words;

use crate::grammar::{Kind, Node, problem_of_plpgsql};
use crate::lint::form::Form;
use crate::lint::rules::RULES;

pub(crate) use form::{
    changed, columns, is_of_catalogs, made, made_in_schema, made_relation, named, parts, pinned,
    table_nodes, tables,
};
pub(crate) use locks::{Takes, takes};
pub(crate) use rules::{NAMES, Rule};

/// A form that a statement has and that a rule refuses.
pub(crate) struct Finding<'t> {
    pub(crate) rule: &'static Rule,
    /// The statement that has it, or the one within it.
    pub(crate) statement: Node<'t>,
    /// What it does, behind the words of the rule.
    pub(crate) does: &'static str,
    /// What to write in its place, with the user's names.
    pub(crate) instead: String,
}

/// The rules that a statement is against, each once.
pub(crate) fn findings(statement: Node<'_>) -> Vec<Finding<'_>> {
    let mut found = findings_of(statement);
    for inner in form::writes_within(statement) {
        found.extend(findings_of(inner));
    }
    found
}

/// Those of a statement without what its `with` does.
fn findings_of(statement: Node<'_>) -> Vec<Finding<'_>> {
    if is_local(statement) {
        return Vec::new();
    }
    let mut found: Vec<Finding> = Vec::new();
    let rule_of = |form: Form| RULES.iter().find(|rule| rule.form == form);
    let finding = |rule: &'static Rule, part: Node| Finding {
        rule,
        statement,
        does: rule.does_in(statement, part),
        instead: template::fill_in(rule.instead, statement, part),
    };
    for (form, part) in parts(statement) {
        let Some(rule) = rule_of(form) else { continue };
        if !found.iter().any(|other| other.rule.name == rule.name) {
            found.push(finding(rule, part));
        }
    }
    let whole = rule_of((statement.kind(), statement.kind()));
    if let Some(rule) = whole.filter(|_| found.is_empty()) {
        found.push(finding(rule, statement));
    }
    found
}

/// Tells whether it is a setting that ends with its transaction. The runner's own are no business
/// of a statement's.
fn is_local(statement: Node) -> bool {
    const OURS: [&str; 4] =
        ["timeout", "search_path", "session_replication_role", "synchronous_commit"];
    let text = statement.text().to_lowercase();
    statement.kind() == Kind::SET
        && statement.has(Kind::LOCAL_SCOPE)
        && !OURS.iter().any(|name| text.contains(name))
}

/// Tells whether PostgreSQL takes it outside a transaction alone.
pub(crate) fn is_concurrent(statement: Node) -> bool {
    statement.kind() != Kind::REFRESH && statement.find(Kind::CONCURRENTLY_KW).is_some()
}

/// Returns what a form that PostgreSQL's grammar lacks stands for.
pub(crate) fn without_grammar(text: &str) -> Option<String> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    match words.as_slice() {
        [alter, ty, name, drop, value, ..]
            if [alter, ty, drop, value] == ["alter", "type", "drop", "value"] =>
        {
            Some(format!("PostgreSQL drops no value of an enum\nhelp: drop_enum_value!({name}.…)"))
        }
        _ => None,
    }
}

/// Says what is wrong in the body of a function or a block, as far as its language is known.
pub(crate) fn problem_in_body(statement: Node) -> Option<String> {
    if !matches!(statement.kind(), Kind::DO | Kind::CREATE_FUNCTION | Kind::CREATE_PROCEDURE) {
        return None;
    }
    let language = statement.find(Kind::LANGUAGE_KW);
    let language = language.map(|_| statement.text().to_lowercase());
    if language.is_some_and(|text| !text.contains("plpgsql")) {
        return None;
    }
    let literal = statement.find(Kind::DOLLAR_QUOTED_STRING)?.text();
    let tag = literal[1..].find('$')? + 2;
    problem_of_plpgsql(literal.get(tag..literal.len() - tag)?)
}
