//! A default that is written without its quotes: the error says it as SQL.

use proc_macro2::{Delimiter, Spacing, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, Lit, Token};

use crate::syntax::values::literal::literal;

/// Words that PostgreSQL computes a value for.
const VALUES: [&str; 10] = [
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
];

/// `default now()`, `default free` or `default (random() * 1000)::int`, without the quotes.
pub(super) fn bare(input: ParseStream) -> syn::Error {
    let span = input.span();
    let is_word = input.peek(Ident::peek_any) && (input.peek2(Token![,]) || is_end(input));
    let found = written_as_sql(input);
    let first = found.split(|c: char| !(c.is_alphanumeric() || c == '_')).next();
    let shown = first.filter(|word| !word.is_empty()).unwrap_or(&found);
    let is_word = is_word && !VALUES.contains(&found.to_lowercase().as_str());
    let help = if is_word { format!("{found:?}") } else { format!("sql({found:?})") };
    syn::Error::new(
        span,
        format!("expected a literal or `sql(\"…\")`, found `{shown}`\nhelp: {help}"),
    )
}

/// Tells whether a word stands alone, behind which another of the column's follows, or nothing.
fn is_end(input: ParseStream) -> bool {
    let ahead = input.fork();
    ahead.call(Ident::parse_any).is_ok() && (ahead.is_empty() || is_modifier(&ahead))
}

/// Words that go on where a default has ended.
fn is_modifier(input: ParseStream) -> bool {
    const WORDS: [&str; 12] = [
        "not_null",
        "identity",
        "generated",
        "collate",
        "comment",
        "statistics",
        "storage",
        "compression",
        "primary_key",
        "unique",
        "check",
        "references",
    ];
    let ahead = input.fork().call(Ident::parse_any);
    ahead.is_ok_and(|word| WORDS.iter().any(|known| word == known)) || input.peek(Token![=])
}

/// Returns what stands up to the next of the column's words, in the words of SQL.
fn written_as_sql(input: ParseStream) -> String {
    let mut tokens = Vec::new();
    // The sign of `>=` goes on.
    let is_joint = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(sign)) if sign.spacing() == Spacing::Joint);
    while !input.is_empty()
        && !input.peek(Token![,])
        && (is_joint(tokens.last()) || !is_modifier(input))
    {
        let Ok(token) = input.parse::<TokenTree>() else { break };
        tokens.push(token);
    }
    let mut text = String::new();
    write_as_sql(tokens, &mut text);
    text
}

fn write_as_sql(tokens: impl IntoIterator<Item = TokenTree>, text: &mut String) {
    let is_tight = |c: char| "(.:[,".contains(c);
    for token in tokens {
        let piece = match token {
            TokenTree::Group(group) => {
                let mut inside = String::new();
                write_as_sql(group.stream(), &mut inside);
                match group.delimiter() {
                    Delimiter::Bracket => format!("[{inside}]"),
                    _ => format!("({inside})"),
                }
            }
            TokenTree::Literal(found) => match syn::parse_str::<Lit>(&found.to_string()) {
                Ok(Lit::Str(string)) => literal(&string.value()),
                _ => found.to_string(),
            },
            other => other.to_string(),
        };
        let joins = text.is_empty()
            || text.ends_with(['.', ':', '(', '['])
            || piece.starts_with(['.', ':', ',', '['])
            || (piece.starts_with('(')
                && text.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
            || (!piece.starts_with(|c: char| c.is_alphanumeric() || is_tight(c))
                && text.ends_with(['<', '>', '|', '-', '=', '&', '@'])
                && !piece.starts_with('\''));
        if !joins {
            text.push(' ');
        }
        text.push_str(&piece);
    }
}

/// Tells whether a literal stands there that goes on, `1 + 1`, `"x"::citext`, or a sign before
/// none.
pub(super) fn goes_on(input: ParseStream) -> bool {
    let ahead = input.fork();
    let is_signed = ahead.parse::<Token![-]>().is_ok();
    if ahead.parse::<Lit>().is_err() {
        return is_signed;
    }
    let sign = ahead.cursor().punct();
    sign.is_some_and(|(sign, _)| ![',', '='].contains(&sign.as_char()))
}
