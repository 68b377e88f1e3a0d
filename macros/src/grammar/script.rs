//! A text of statements.

use crate::grammar::tree::{Kind, Node, Tree};

pub(crate) struct Script {
    tree: Tree,
}

impl Script {
    /// Reads statements; says what is wrong otherwise.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        match Tree::of(text.to_owned()) {
            Ok(tree) => Ok(Script { tree }),
            Err(mistake) => Err(mistake.describe(text, 0, "a statement")),
        }
    }

    pub(crate) fn statements(&self) -> impl Iterator<Item = Node<'_>> {
        let is_none = |kind| matches!(kind, Kind::SEMICOLON | Kind::EMPTY_STMT);
        self.tree.root().children().filter(move |node| !is_none(node.kind()))
    }
}

/// Says why a text is no body of a function in PL/pgSQL.
pub(crate) fn problem_of_plpgsql(body: &str) -> Option<String> {
    let mistake = Tree::of_plpgsql(body.to_owned()).err()?;
    Some(mistake.describe(body, 0, "a statement"))
}
