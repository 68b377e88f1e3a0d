//! The clauses of a query, found among its words.

use crate::syntax::words::lexer::Token;
use crate::syntax::words::name::{Name, TableName};

/// A table or view that a query reads, and the name that its columns have there.
pub(crate) struct Source {
    pub(crate) table: TableName,
    pub(super) alias: String,
}

/// Words that end a list of columns.
pub(super) const CLAUSES: &[&str] = &[
    "except",
    "fetch",
    "for",
    "from",
    "group",
    "having",
    "intersect",
    "limit",
    "offset",
    "order",
    "union",
    "where",
    "window",
];

/// Words that end the name of a table.
const JOINS: &[&str] =
    &["cross", "full", "inner", "join", "left", "natural", "on", "right", "tablesample", "using"];

/// An identifier, as PostgreSQL folds it.
pub(super) fn word(token: &Token) -> Option<String> {
    match token {
        Token::Word(word) => Some(word.to_lowercase()),
        Token::Quoted(name) => Some(name.replace("\"\"", "\"")),
        Token::Text(_) | Token::Sign(_) => None,
    }
}

pub(super) fn is(token: Option<&Token>, keyword: &str) -> bool {
    matches!(token, Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword))
}

/// Returns how many parentheses are open at each token; a parenthesis itself is inside.
pub(super) fn depths(tokens: &[Token]) -> Vec<usize> {
    let mut depth = 0_usize;
    let mut depths = Vec::with_capacity(tokens.len());
    for token in tokens {
        if let Token::Sign('(' | '[') = token {
            depth += 1;
        }
        depths.push(depth);
        if let Token::Sign(')' | ']') = token {
            depth = depth.saturating_sub(1);
        }
    }
    depths
}

/// What an open parenthesis stands around.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Query,
    /// Tables of a `from`, which the server writes in as many parentheses as there are joins.
    Joins,
    Other,
}

/// Tells whether each token belongs to a query and not to a call: `extract(year from …)` reads no
/// table.
pub(super) fn of_query(tokens: &[Token]) -> Vec<bool> {
    let mut open = vec![Around::Query];
    let mut found = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        let within = open.last().copied().unwrap_or(Around::Query);
        found.push(within != Around::Other);
        match token {
            Token::Sign('(') => {
                let next = tokens[at + 1..].iter().find(|token| **token != Token::Sign('('));
                let before = at.checked_sub(1).and_then(|before| tokens.get(before));
                let is_nested = within == Around::Joins && before == Some(&Token::Sign('('));
                open.push(if is_nested || ["from", "join"].iter().any(|word| is(before, word)) {
                    Around::Joins
                } else if ["select", "with", "values"].iter().any(|word| is(next, word)) {
                    Around::Query
                } else {
                    Around::Other
                });
            }
            Token::Sign(')') if open.len() > 1 => drop(open.pop()),
            _ => {}
        }
    }
    found
}

/// Returns how many tokens say which rows a `select` gives: `all`, `distinct`, `distinct on (…)`.
pub(super) fn behind_select(tokens: &[Token]) -> usize {
    if !is(tokens.get(1), "on") {
        return usize::from(["all", "distinct"].iter().any(|word| is(tokens.first(), word)));
    }
    let depths = depths(tokens);
    let close = (2..tokens.len()).find(|&at| depths[at] == 1 && tokens[at] == Token::Sign(')'));
    close.map_or(0, |at| at + 1)
}

/// The names of `with name as (…)`.
pub(super) fn common_tables(tokens: &[Token]) -> Vec<String> {
    let starts = |at: usize| {
        is(tokens.get(at), "with")
            || is(tokens.get(at), "recursive")
            || tokens[at] == Token::Sign(',')
    };
    let names = (1..tokens.len()).filter(|&at| starts(at - 1)).filter_map(|at| {
        let name = word(&tokens[at])?;
        let mut next = at + 1;
        if tokens.get(next) == Some(&Token::Sign('(')) {
            next += tokens[next..].iter().position(|token| *token == Token::Sign(')'))? + 1;
        }
        is(tokens.get(next), "as").then_some(name)
    });
    names.collect()
}

/// A table at this place, and the place behind it with its alias.
pub(super) fn source(tokens: &[Token], mut at: usize) -> Option<(Source, usize)> {
    while tokens.get(at) == Some(&Token::Sign('(')) || is(tokens.get(at), "only") {
        at += 1;
    }
    if ["lateral", "select", "values"].iter().any(|word| is(tokens.get(at), word)) {
        return None;
    }
    let mut table = TableName { schema: None, name: Name::new(word(tokens.get(at)?)?) };
    at += 1;
    if tokens.get(at) == Some(&Token::Sign('.')) {
        let schema = Some(table.name).filter(|schema| *schema != *"public");
        table = TableName { schema, name: Name::new(word(tokens.get(at + 1)?)?) };
        at += 2;
    }
    if tokens.get(at) == Some(&Token::Sign('(')) {
        return None;
    }
    let mut alias = table.name.text.clone();
    at += usize::from(is(tokens.get(at), "as"));
    let is_clause = CLAUSES.iter().chain(JOINS).any(|word| is(tokens.get(at), word));
    if let Some(name) = tokens.get(at).filter(|_| !is_clause).and_then(word) {
        alias = name;
        at += 1;
    }
    Some((Source { table, alias }, at))
}

/// `total`, `o.total` and `expression as total` have a plain name.
pub(super) fn column_name(item: &[Token]) -> Option<String> {
    let (last, before) = item.split_last()?;
    let is_path = |tokens: &[Token]| {
        tokens.iter().rev().enumerate().all(|(at, token)| match token {
            Token::Sign(sign) => at % 2 == 0 && *sign == '.',
            token => at % 2 == 1 && word(token).is_some(),
        })
    };
    (is(before.last(), "as") || is_path(before)).then(|| word(last)).flatten()
}
