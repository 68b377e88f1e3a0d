//! Fragments of SQL that a user writes as a string, read far enough to be set into a statement.

use std::fmt;

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{Lit, LitStr};

use crate::syntax::lexer::{Token, tokens, unfit};

/// An expression of SQL.
#[derive(Clone)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) span: Span,
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
