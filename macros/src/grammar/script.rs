//! A text of statements.

use crate::grammar::expression::is_query;
use crate::grammar::tree::{Kind, Mistake, Node, Tree};

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

    /// Where a statement begins although the one before it has not ended: the parser goes on.
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
    let mistake = Tree::of_plpgsql(body.to_owned()).err()?;
    Some(mistake.describe(body, 0, "a statement"))
}
