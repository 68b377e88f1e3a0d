//! Fragments of SQL that a user writes as a string, read far enough to be set into a statement.
//!
//! A fragment must not be able to end the statement that it stands in, or the clause: quotes and
//! parentheses are balanced, and it holds no semicolon, comment or parameter.

use std::fmt;

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{Lit, LitStr};

/// An expression of SQL.
#[derive(Clone)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) span: Span,
}

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

impl Sql {
    /// Whether the fragment names this column (or anything else of that name).
    pub(crate) fn mentions(&self, column: &str) -> bool {
        tokens(&self.text).into_iter().flatten().any(|token| match token {
            Token::Word(word) => word.to_lowercase() == column,
            Token::Quoted(name) => name == column,
            _ => false,
        })
    }

    /// The fragment with a column under another name.
    pub(crate) fn with_column(&self, from: &str, to: &str) -> Sql {
        self.with(from, &format!("\"{to}\""))
    }

    /// The fragment with other text in the place of a column. A word before a parenthesis is a
    /// function, and one behind a colon a type.
    pub(crate) fn with(&self, from: &str, to: &str) -> Sql {
        let tokens: Vec<Token> = tokens(&self.text).into_iter().flatten().collect();
        let (mut text, mut copied) = (String::new(), 0);
        for (at, token) in tokens.iter().enumerate() {
            let (word, quotes) = match token {
                Token::Word(word) if word.to_lowercase() == from => (word, 0),
                Token::Quoted(word) if *word == from => (word, 1),
                _ => continue,
            };
            let is_type = at > 0 && tokens[at - 1] == Token::Sign(':');
            if is_type || tokens.get(at + 1) == Some(&Token::Sign('(')) {
                continue;
            }
            let start = word.as_ptr() as usize - self.text.as_ptr() as usize;
            text += &self.text[copied..start - quotes];
            text += to;
            copied = start + word.len() + quotes;
        }
        text += &self.text[copied..];
        Sql { text, span: self.span }
    }

    /// Whether the fragment is a single literal, word or call, so that it needs no parentheses.
    pub(crate) fn is_primary(&self) -> bool {
        let (mut depth, mut top) = (0_usize, Vec::new());
        for token in tokens(&self.text).into_iter().flatten() {
            match token {
                Token::Sign('(') => depth += 1,
                Token::Sign(')') => depth = depth.saturating_sub(1),
                token if depth == 0 => top.push(token),
                _ => {}
            }
        }
        match top.as_slice() {
            [Token::Text(_) | Token::Word(_)] => true,
            [value, Token::Sign(':'), Token::Sign(':'), Token::Word(_)] => {
                matches!(value, Token::Text(_) | Token::Word(_))
            }
            _ => false,
        }
    }

    /// Whether the fragment gives one value for all rows of a statement, by its functions
    /// (manual, "Function Volatility Categories"). A function that is not known counts as
    /// volatile: the plan is then longer than it need be, and never wrong.
    pub(crate) fn is_volatile(&self) -> bool {
        let tokens: Vec<Token> = tokens(&self.text).into_iter().flatten().collect();
        tokens.windows(2).any(|pair| match pair {
            [Token::Word(name), Token::Sign('(')] => {
                !NOT_VOLATILE.contains(&name.to_lowercase().as_str())
            }
            [Token::Quoted(_), Token::Sign('(')] => true,
            _ => false,
        })
    }
}

/// Functions that are immutable or stable, and words that stand before a parenthesis without
/// being functions: types with a length, and parts of the grammar.
const NOT_VOLATILE: &[&str] = &[
    "abs",
    "age",
    "and",
    "any",
    "array",
    "array_length",
    "as",
    "between",
    "bit",
    "btrim",
    "case",
    "cast",
    "ceil",
    "char",
    "coalesce",
    "concat",
    "concat_ws",
    "current_database",
    "current_schema",
    "current_setting",
    "current_time",
    "current_timestamp",
    "date_part",
    "date_trunc",
    "decimal",
    "else",
    "extract",
    "floor",
    "format",
    "greatest",
    "in",
    "initcap",
    "interval",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "least",
    "left",
    "length",
    "localtime",
    "localtimestamp",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "md5",
    "mod",
    "not",
    "now",
    "nullif",
    "numeric",
    "octet_length",
    "or",
    "overlay",
    "position",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row",
    "rpad",
    "rtrim",
    "split_part",
    "statement_timestamp",
    "strpos",
    "substr",
    "substring",
    "then",
    "time",
    "timestamp",
    "timestamptz",
    "timezone",
    "to_char",
    "to_date",
    "to_jsonb",
    "to_number",
    "to_timestamp",
    "transaction_timestamp",
    "trim",
    "trunc",
    "txid_current",
    "upper",
    "varbit",
    "varchar",
    "when",
];

/// Splits a fragment into tokens, or says what makes it unfit.
fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
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
fn unfit(text: &str) -> Option<String> {
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
            Token::Sign(',') if open.is_empty() => {
                return Some("SQL holds a comma outside parentheses".into());
            }
            _ => {}
        }
    }
    open.pop().map(|close| format!("SQL misses a `{close}`"))
}

impl Parse for Sql {
    /// A string of SQL, or a bare number or boolean.
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let literal: Lit = input.parse()?;
        let (text, span) = match &literal {
            Lit::Str(text) => (text.value(), text.span()),
            Lit::Int(number) => (number.base10_digits().to_owned(), number.span()),
            Lit::Float(number) => (number.base10_digits().to_owned(), number.span()),
            Lit::Bool(value) => (value.value.to_string(), value.span()),
            other => return Err(syn::Error::new(other.span(), "expected a string of SQL")),
        };
        match unfit(&text) {
            Some(problem) => Err(syn::Error::new(span, problem)),
            None => Ok(Sql { text: text.trim().to_owned(), span }),
        }
    }
}

impl fmt::Display for Sql {
    /// As it is written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", LitStr::new(&self.text, self.span).value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(text: &str) -> Sql {
        Sql { text: text.into(), span: Span::call_site() }
    }

    #[test]
    fn a_fragment_cannot_end_its_statement() {
        for (text, problem) in [
            ("1; drop table users", "a semicolon"),
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
    fn quotes_hide_what_is_inside() {
        for text in ["'a;b--c'", "'it''s'", "coalesce(\"a;b\", 'x')", "a->>'k'", "(array[1,2])[1]"]
        {
            assert_eq!(unfit(text), None, "{text}");
        }
    }

    #[test]
    fn volatility_follows_the_functions() {
        for text in [
            "now()",
            "1",
            "current_timestamp",
            "lower('x') || 'y'",
            "'{}'::jsonb",
            "now() + interval '1 day'",
            "coalesce(null, 'gen_random_uuid()')",
        ] {
            assert!(!sql(text).is_volatile(), "{text}");
        }
        for text in [
            "gen_random_uuid()",
            "clock_timestamp()",
            "random()",
            "my_function(1)",
            "lower(random()::text)",
            "\"now\"()",
        ] {
            assert!(sql(text).is_volatile(), "{text}");
        }
    }

    #[test]
    fn what_is_one_value_needs_no_parentheses() {
        for text in ["now()", "'x'", "0", "'{}'::jsonb", "coalesce(1, 2 + 3)", "current_date"] {
            assert!(sql(text).is_primary(), "{text}");
        }
        for text in ["now() at time zone 'utc'", "1 + 1", "not true", "'a' || 'b'"] {
            assert!(!sql(text).is_primary(), "{text}");
        }
    }

    #[test]
    fn a_column_is_renamed_where_it_is_one() {
        let renamed = sql("Date > \"date\" and x::date = date(t.date) and 'date' <> ''")
            .with_column("date", "day");
        assert_eq!(
            renamed.text,
            "\"day\" > \"day\" and x::date = date(t.\"day\") and 'date' <> ''"
        );
    }

    #[test]
    fn a_column_is_found_in_either_spelling() {
        assert!(sql("Username || 'x'").mentions("username"));
        assert!(sql("\"Mixed\" + 1").mentions("Mixed"));
        assert!(!sql("'username'").mentions("username"));
    }
}
