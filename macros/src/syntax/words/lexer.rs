//! The tokens of a fragment of SQL.
//!
//! A fragment must not be able to end the statement that it stands in, or the clause: quotes and
//! parentheses are balanced, and it holds no semicolon, comment or parameter.

use std::borrow::Cow;

use crate::syntax::words::name::TableName;

/// What a fragment is made of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// An unquoted word, a number included.
    Word(&'a str),
    /// A quoted identifier, without its quotes.
    Quoted(&'a str),
    /// A string, quotes included.
    Text(&'a str),
    /// Any other character.
    Sign(char),
}

/// Splits a fragment into tokens, or says what makes it unfit.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            c if c.is_whitespace() => c.len_utf8(),
            '\'' | '"' => quoted(rest, c)?,
            c if c.is_alphanumeric() || c == '_' => {
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
            }
            ';' => return Err("a semicolon".into()),
            '$' => return Err("a `$` (a parameter or a dollar quote)".into()),
            '\0' => return Err("a NUL character".into()),
            '-' if rest.starts_with("--") => return Err("a comment".into()),
            '/' if rest.starts_with("/*") => return Err("a comment".into()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        // In an `E'…'` string a backslash hides a quote, which the reader does not know.
        if token.eq_ignore_ascii_case("e") && after.starts_with('\'') {
            return Err("an `E'…'` string".into());
        }
        rest = after;
        match c {
            c if c.is_whitespace() => {}
            '\'' => tokens.push(Token::Text(token)),
            '"' => tokens.push(Token::Quoted(&token[1..token.len() - 1])),
            c if c.is_alphanumeric() || c == '_' => tokens.push(Token::Word(token)),
            c => tokens.push(Token::Sign(c)),
        }
    }
    Ok(tokens)
}

/// The names that stand in any text of SQL, function bodies included, as PostgreSQL folds them.
pub(crate) fn names(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let is_name = |piece: &&str| {
        let first = piece.chars().next().unwrap_or_default();
        (first == '"' && piece.len() > 1) || first.is_alphanumeric() || first == '_'
    };
    pieces(text).filter(is_name).map(unquoted)
}

/// The same, with the signs that tell what a name belongs to.
pub(crate) fn words_and_dots(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pieces(text).filter(|piece| !piece.trim().is_empty()).map(unquoted)
}

/// Words that a table's name follows in SQL.
const BEFORE_TABLE: [&str; 9] =
    ["from", "into", "join", "lock", "of", "on", "only", "table", "update"];

/// Tells whether a table stands in any text of SQL with no schema before it, where statements read
/// and write tables, and is not the name of a part of the query.
pub(crate) fn has_bare_table(text: &str, table: &str) -> bool {
    let all: Vec<Cow<'_, str>> = words_and_dots(text).collect();
    let is_table = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        all[at] == table
            && before.is_some_and(|word| ["from", "into", "join", "update"].contains(&&**word))
            && all.get(at + 1).is_none_or(|after| after != ".")
    };
    let is_part = |at: usize| {
        let [name, word, open] = [at, at + 1, at + 2].map(|at| all.get(at).map(|piece| &**piece));
        name == Some(table) && word == Some("as") && open == Some("(")
    };
    (0..all.len()).any(is_table) && !(0..all.len()).any(is_part)
}

/// Any text of SQL with a table under another name: where it stands behind its schema, behind a
/// word that a table follows, or before a dot.
pub(crate) fn with_table(text: &str, from: &TableName, to: &TableName) -> String {
    let (mut out, mut copied) = (String::new(), 0);
    let all: Vec<&str> = pieces(text).filter(|piece| !piece.trim().is_empty()).collect();
    let name = |at: Option<usize>| at.and_then(|at| all.get(at)).map(|piece| unquoted(piece));
    let is = |at: Option<usize>, wanted: &str| name(at).is_some_and(|found| found == wanted);
    for (at, piece) in all.iter().enumerate() {
        if unquoted(piece) != from.name.text.as_str() || piece.starts_with('\'') {
            continue;
        }
        let before = at.checked_sub(1);
        let start = |piece: &str| piece.as_ptr() as usize - text.as_ptr() as usize;
        let first = match before {
            Some(dot) if all[dot] == "." => {
                let schema = dot.checked_sub(1);
                match schema.filter(|_| is(schema, from.schema())) {
                    Some(schema) => start(all[schema]),
                    None => continue,
                }
            }
            before => {
                let follows = name(before).is_some_and(|word| BEFORE_TABLE.contains(&&*word));
                if !follows && all.get(at + 1) != Some(&".") {
                    continue;
                }
                start(piece)
            }
        };
        out += &text[copied..first];
        out += &to.quoted();
        copied = start(piece) + piece.len();
    }
    out + &text[copied..]
}

/// A name as PostgreSQL folds it.
fn unquoted(piece: &str) -> Cow<'_, str> {
    match piece.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(name) if name.contains('"') => Cow::Owned(name.replace("\"\"", "\"")),
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(piece.to_lowercase()),
    }
}

/// Any text of SQL in words, quoted texts and single characters.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let c = rest.chars().next()?;
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let length = match c {
            '\'' | '"' => quoted(rest, c).unwrap_or(1),
            c if is_name(c) => rest.find(|c| !is_name(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        rest = after;
        Some(piece)
    })
}

/// The length of a quoted token at the start of `text`; a doubled quote stands for itself.
fn quoted(text: &str, quote: char) -> Result<usize, String> {
    let mut at = 1;
    while let Some(end) = text[at..].find(quote) {
        at += end + 1;
        if !text[at..].starts_with(quote) {
            return Ok(at);
        }
        at += 1;
    }
    Err(format!("an unclosed `{quote}`"))
}

/// Says what makes a fragment unfit to stand in a statement.
pub(crate) fn unfit(text: &str) -> Option<String> {
    unfit_as(text, true)
}

/// Says what makes a whole query unfit to stand at the end of a statement.
pub(crate) fn unfit_query(text: &str) -> Option<String> {
    unfit_as(text, false)
}

fn unfit_as(text: &str, is_one_item: bool) -> Option<String> {
    // In a string it would end the body of the function that the text is set into.
    if text.contains("$changeover$") {
        return Some("SQL holds `$changeover$`, which quotes our functions".into());
    }
    let tokens = match tokens(text) {
        Err(problem) => return Some(format!("SQL holds {problem}")),
        Ok(tokens) if tokens.is_empty() => return Some("SQL is empty".into()),
        Ok(tokens) => tokens,
    };
    let mut open = Vec::new();
    for token in &tokens {
        match token {
            Token::Sign('(') => open.push(')'),
            Token::Sign('[') => open.push(']'),
            Token::Sign(c @ (')' | ']')) if open.pop() != Some(*c) => {
                return Some(format!("SQL holds a `{c}` that closes nothing"));
            }
            Token::Sign(',') if is_one_item && open.is_empty() => {
                return Some("SQL holds a comma outside parentheses".into());
            }
            _ => {}
        }
    }
    if let Some(close) = open.pop() {
        return Some(format!("SQL misses a `{close}`"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_cannot_end_its_statement() {
        for (text, problem) in [
            ("1; drop table users", "a semicolon"),
            ("'$changeover$ language sql; drop table users'", "quotes our functions"),
            ("1 -- rest", "a comment"),
            ("1 /* rest", "a comment"),
            ("'open", "unclosed"),
            ("\"open", "unclosed"),
            ("(1", "misses a `)`"),
            ("1)", "closes nothing"),
            ("(1]", "closes nothing"),
            ("1, 2", "comma outside"),
            ("$1", "parameter"),
            ("E'\\''", "E'…'"),
            (" ", "empty"),
        ] {
            let found = unfit(text).unwrap_or_else(|| panic!("{text} was let through"));
            assert!(found.contains(problem), "{text}: {found}");
        }
    }

    #[test]
    fn names_are_found_in_bodies_and_not_in_strings() {
        let text = "create function f() as $$ select \"Mixed Case\", Plain from t -- it's\n where 'no' = x $$";
        let found: Vec<_> = names(text).collect();
        assert!(found.contains(&"Mixed Case".into()) && found.contains(&"plain".into()));
    }

    #[test]
    fn a_table_is_renamed_where_it_is_one() {
        let name = |text| syn::parse_str::<TableName>(text).expect("a name");
        let (from, to) = (name("users"), name("billing.accounts"));
        for (before, after) in [
            ("select users from orders", "select users from orders"),
            ("select u.id from users u", "select u.id from \"billing\".\"accounts\" u"),
            (
                "create policy p on \"public\".\"users\"",
                "create policy p on \"billing\".\"accounts\"",
            ),
            ("Users.id > 0", "\"billing\".\"accounts\".id > 0"),
            ("select 'from users' from other.users", "select 'from users' from other.users"),
        ] {
            assert_eq!(with_table(before, &from, &to), after);
        }
    }

    #[test]
    fn a_table_without_its_schema_is_found() {
        for (text, found) in [
            ("select * from Users u", true),
            ("insert into users values (1)", true),
            ("update \"users\" set id = 1", true),
            ("select * from public.users join billing.users b", false),
            ("select * from users.accounts", false),
            ("select users from accounts where note = 'from users'", false),
            ("with users as (select 1) select * from users", false),
        ] {
            assert_eq!(has_bare_table(text, "users"), found, "{text}");
        }
    }

    #[test]
    fn quotes_hide_what_is_inside() {
        for text in ["'a;b--c'", "'it''s'", "coalesce(\"a;b\", 'x')", "a->>'k'", "(array[1,2])[1]"]
        {
            assert_eq!(unfit(text), None, "{text}");
        }
    }
}
