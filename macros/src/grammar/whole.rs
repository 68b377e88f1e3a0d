//! Whole queries and bodies of functions.

use crate::grammar::tree::Tree;

/// What the grammar does not take in a query.
pub(crate) fn problem_of_query(text: &str) -> Option<String> {
    Tree::of(text.to_owned()).err().map(|mistake| mistake.describe(text, 0, "a query"))
}

/// What the grammar does not take in a function's body; of other languages it knows nothing.
pub(crate) fn problem_of_body(language: &str, text: &str) -> Option<String> {
    let read = match language {
        "sql" => Tree::of(text.to_owned()),
        "plpgsql" => Tree::of_plpgsql(text.to_owned()),
        _ => return None,
    };
    read.err().map(|mistake| mistake.describe(text, 0, "a statement"))
}
