//! A text of statements.

use crate::grammar::expression::is_query;
use crate::grammar::mistake::Mistake;
use crate::grammar::tree::{Kind, Node, Tree};

pub(crate) struct Script {
    tree: Tree,
}

impl Script {
    /// Reads statements; says what is wrong otherwise.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let script = match Tree::of(text.to_owned()) {
            Ok(tree) => Script { tree },
            Err(mistake) => return Err(mistake.describe(text, 0, "a statement")),
        };
        match script.run_on() {
            Some(at) => {
                let mistake = Mistake { at, expected: "expected SEMICOLON".into() };
                Err(mistake.describe(text, 0, "a statement"))
            }
            None => Ok(script),
        }
    }

    /// Returns where a statement begins although the one before it has not ended: the parser goes
    /// on.
    fn run_on(&self) -> Option<usize> {
        let ends = |node: &Node| node.text().ends_with(';');
        let statements: Vec<Node> = self.tree.root().children().collect();
        let run_on = statements.windows(2).find(|pair| !ends(&pair[0]) && !ends(&pair[1]));
        run_on.map(|pair| pair[1].range().start)
    }

    pub(crate) fn statements(&self) -> impl Iterator<Item = Node<'_>> {
        let is_none = |kind| matches!(kind, Kind::SEMICOLON | Kind::EMPTY_STMT);
        self.tree.root().children().filter(move |node| !is_none(node.kind()))
    }
}

/// Says why a text is no query.
pub(crate) fn problem_of_query(text: &str) -> Option<String> {
    let script = match Script::read(text) {
        Ok(script) => script,
        Err(problem) => return Some(problem),
    };
    let mut statements = script.statements();
    match (statements.next(), statements.next()) {
        (Some(query), None) if is_query(query) => None,
        _ => Some("expected one query".into()),
    }
}

/// Says why a text is no body of a function in PL/pgSQL.
pub(crate) fn problem_of_plpgsql(body: &str) -> Option<String> {
    let mistake = Tree::of_plpgsql(body).err()?;
    Some(mistake.describe(body, 0, "a statement"))
}

/// Tells whether PostgreSQL reads a body in SQL when the function is made (manual, CREATE FUNCTION,
/// `sql_body`): no statement begins with these words.
pub(crate) fn is_standard_body(body: &str) -> bool {
    let words: Vec<String> = body.split_whitespace().take(2).map(str::to_lowercase).collect();
    match words.as_slice() {
        [first, second] if first == "begin" => second == "atomic",
        [first, ..] => first.split(|c: char| !c.is_alphanumeric()).next() == Some("return"),
        [] => false,
    }
}

/// Says why a text is no such body.
pub(crate) fn problem_of_standard_body(body: &str) -> Option<String> {
    const BEFORE: &str = "create function f() returns int language sql ";
    let text = format!("{BEFORE}{body}");
    let tree = match Tree::of(text) {
        Ok(tree) => tree,
        Err(mistake) => return Some(mistake.describe(body, BEFORE.len(), "a statement")),
    };
    let is_none = |node: &Node| matches!(node.kind(), Kind::SEMICOLON | Kind::EMPTY_STMT);
    let beyond = tree.root().children().filter(|node| !is_none(node)).nth(1)?;
    let mistake = Mistake { at: beyond.range().start, expected: "expected the end".into() };
    Some(mistake.describe(body, BEFORE.len(), "a statement"))
}
