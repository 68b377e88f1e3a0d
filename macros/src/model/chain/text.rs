//! The texts of a state. A literal is copied each time that it goes from the compiler to a macro; a
//! group of tokens goes as a handle, whatever is in it, until somebody opens it.

use std::cell::OnceCell;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use quote::ToTokens;
use syn::LitStr;

/// A text that came as a literal, or is to be written as one.
pub(in crate::model) struct Text {
    came: Option<Literal>,
    text: OnceCell<String>,
}

impl Text {
    pub(in crate::model) fn new(text: String) -> Self {
        Text { came: None, text: OnceCell::from(text) }
    }

    /// The next of some tokens, if that is one.
    pub(in crate::model) fn take(tokens: &mut IntoIter) -> Option<Self> {
        match tokens.next()? {
            TokenTree::Literal(literal) => {
                Some(Text { came: Some(literal), text: OnceCell::new() })
            }
            _ => None,
        }
    }

    pub(in crate::model) fn as_str(&self) -> &str {
        self.text.get_or_init(|| self.came.as_ref().map_or_else(String::new, read))
    }

    pub(in crate::model) fn tokens(&self) -> TokenStream {
        match &self.came {
            Some(literal) => literal.to_token_stream(),
            None => raw(self.as_str()),
        }
    }
}

/// The next of some tokens, if that is a group.
pub(in crate::model) fn take_group(tokens: &mut IntoIter) -> Option<Group> {
    match tokens.next()? {
        TokenTree::Group(group) => Some(group),
        _ => None,
    }
}

pub(in crate::model) fn group(content: TokenStream) -> Group {
    Group::new(Delimiter::Brace, content)
}

/// What stands between the quotes of a raw string needs no reading.
fn read(literal: &Literal) -> String {
    let mut text = literal.to_string();
    match (text.starts_with('r'), text.find('"'), text.rfind('"')) {
        (true, Some(start), Some(end)) if start < end => {
            text.truncate(end);
            text.drain(..=start);
            text
        }
        _ => syn::parse_str::<LitStr>(&text).map(|text| text.value()).unwrap_or_default(),
    }
}

/// A raw string: a state is full of quotes.
fn raw(text: &str) -> TokenStream {
    let string = || Literal::string(text).into_token_stream();
    // The compiler takes no raw string with a carriage return.
    if text.contains('\r') {
        return string();
    }
    // A sign is found faster than a text, and texts have few of this one.
    let runs = text.match_indices('#').filter(|(at, _)| text[..*at].ends_with('"'));
    let run = |(at, _): (usize, &str)| text[at..].bytes().take_while(|it| *it == b'#').count();
    let hashes = "#".repeat(runs.map(run).max().unwrap_or(0) + 1);
    let written = format!("r{hashes}\"{text}\"{hashes}");
    // By itself the compiler reads it; anything else would first, and a build would feel it.
    if proc_macro::is_available() {
        let stream = written.parse::<proc_macro::TokenStream>();
        return stream.map_or_else(|_| string(), TokenStream::from);
    }
    written.parse().unwrap_or_else(|_| string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_it_was_written() {
        for text in ["", "a\tb\nc", "\"", "\"#", "\"##\"#", "\\n", "\r\n", "'\u{1}é💥"] {
            let written = Text::new(text.to_owned()).tokens();
            let came = Text::take(&mut written.into_iter()).expect("a literal");
            assert_eq!(came.as_str(), text);
            let again = Text::take(&mut came.tokens().into_iter()).expect("a literal");
            assert_eq!(again.as_str(), text);
        }
    }
}
