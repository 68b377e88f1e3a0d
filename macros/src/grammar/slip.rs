//! Slips that the parser lets through, being made for editors.

use crate::grammar::expression::Expression;
use crate::grammar::names::path;
use crate::grammar::tree::{Kind, Node, is_truth_word};

/// Operators that stand between two values alone.
const BETWEEN: [&str; 8] = ["=", "<", ">", "<=", ">=", "<>", "!=", "=="];

impl Expression {
    /// Returns what PostgreSQL would not take, with how to mend it.
    pub(crate) fn slip(&self) -> Option<String> {
        self.value().all().into_iter().find_map(slip)
    }
}

fn slip(node: Node) -> Option<String> {
    let mut children = node.children();
    match node.kind() {
        Kind::LITERAL if node.text().eq_ignore_ascii_case("default") => {
            Some("`default` is no value of an expression".into())
        }
        Kind::PREFIX_EXPR => {
            let operator = children.next()?.text();
            BETWEEN.contains(&operator).then(|| format!("nothing stands before `{operator}`"))
        }
        Kind::BIN_EXPR => {
            let (_, operator, right) = (children.next()?, children.next()?, children.next()?);
            match operator.kind() {
                Kind::CUSTOM_OP if operator.text() == "==" => {
                    Some("PostgreSQL has no operator `==`\nhelp: =".into())
                }
                Kind::IN_KW | Kind::NOT_IN if !right.text().starts_with('(') => {
                    let (word, list) = (operator.text(), right.text());
                    Some(format!("`{word}` takes a list\nhelp: {word} ({list})"))
                }
                Kind::IS_KW | Kind::IS_NOT if !is_truth_word(right) => {
                    let name = path(right)?.join(".");
                    let words = "`null`, `true`, `false`, `unknown`, `distinct from`";
                    let is = operator.text();
                    Some(format!("`{is}` does not take `{name}`\nhelp: one of {words}"))
                }
                _ => None,
            }
        }
        _ => None,
    }
}
