//! `baseline;`, `baseline(sqlx = "20240312101500");`: what the migration makes may be there already.
//! The schema that baselines end in stands behind the last of them, once.

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, LitStr, Token, parenthesized};

use crate::diag::suggestion;
use crate::migration::squash::Squash;
use crate::model::Schema;
use crate::model::inventory::Inventory;
use crate::plan::sql::sea;

/// The first line of a migration that says what a database has.
pub(crate) struct Baseline {
    pub(crate) older: Option<OlderTool>,
    /// The migrations that it takes the place of.
    pub(crate) squash: Option<Squash>,
    /// What the migrations before it have made.
    before: Inventory,
}

/// What builds a schema from nothing.
pub(crate) struct Whole {
    pub(crate) statements: Vec<String>,
    /// The names of all that they make, as SQL.
    pub(crate) names: Vec<String>,
}

impl Whole {
    pub(crate) fn of(schema: &Schema) -> Whole {
        Whole {
            statements: sea::build(&schema.in_order_of_need()),
            names: schema.inventory().names().map(str::to_owned).collect(),
        }
    }
}

/// The tool that made the database before, and the last version that it recorded.
pub(crate) struct OlderTool {
    pub(crate) tool: &'static str,
    pub(crate) version: String,
}

/// The tools whose record is known, and a version as each of them keeps it.
const TOOLS: [(&str, &str); 11] = [
    ("alembic", "975ea566bdc4"),
    ("dbmate", "20240312101500"),
    ("diesel", "20240312101500"),
    ("flyway", "2.1"),
    ("golang_migrate", "20240312101500"),
    ("goose", "20240312101500"),
    ("prisma", "20240312101500_users"),
    ("rails", "20240312101500"),
    ("refinery", "12"),
    ("sea_orm", "m20240312_101500_users"),
    ("sqlx", "20240312101500"),
];

impl Baseline {
    pub(crate) fn on(schema: &Schema) -> Self {
        Baseline { older: None, squash: None, before: schema.inventory() }
    }

    /// Reads `(sqlx = "20240312101500")`, `(squashes = [m0001_users], schema = "…")`.
    pub(crate) fn parse_clause(&mut self, input: ParseStream) -> syn::Result<()> {
        let content;
        parenthesized!(content in input);
        let read = self.read_clause(&content);
        if read.is_err() {
            // What is wrong in it is said once.
            content.parse::<TokenStream>()?;
        }
        read
    }

    fn read_clause(&mut self, input: ParseStream) -> syn::Result<()> {
        if Squash::begins(input) {
            self.squash = Some(input.parse()?);
        } else {
            self.older = Some(OlderTool::parse(input)?);
        }
        Ok(())
    }

    /// The names of what the migration makes, as SQL, and of what it makes or completes.
    pub(crate) fn made(&self, after: &Schema) -> (Vec<String>, Vec<String>) {
        let after = after.inventory();
        let creates = after.since(&self.before).map(str::to_owned).collect();
        (creates, after.news(&self.before))
    }

    /// Tells whether a migration begins with the word.
    pub(crate) fn begins(input: ParseStream) -> bool {
        let ahead = input.fork();
        let is_it = |word: Ident| word == "baseline" && !ahead.peek(Token![!]);
        ahead.call(Attribute::parse_outer).is_ok() && ahead.call(Ident::parse_any).is_ok_and(is_it)
    }

    /// The error of a `baseline` behind something else.
    pub(crate) fn misplaced(word: Span, is_second: bool) -> syn::Error {
        let message = if is_second {
            "`baseline` is said twice"
        } else {
            "`baseline` stands before the first change\nhelp: baseline; as the first line, or behind `after …;`"
        };
        syn::Error::new(word, message)
    }
}

impl OlderTool {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        let Some(&(tool, example)) = TOOLS.iter().find(|(tool, _)| word == tool) else {
            let help = suggestion(&word.to_string(), &TOOLS.map(|(tool, _)| tool));
            let message = format!("unknown tool `{word}`\nhelp: {help}");
            return Err(syn::Error::new(word.span(), message));
        };
        let help = format!("{tool} = \"{example}\"");
        if input.parse::<Option<Token![=]>>()?.is_none() {
            let message = format!("which version was the last that `{tool}` ran?\nhelp: {help}");
            return Err(syn::Error::new(word.span(), message));
        }
        let version: LitStr = input.parse().map_err(|error: syn::Error| {
            syn::Error::new(error.span(), format!("a version is a string\nhelp: {help}"))
        })?;
        let text = version.value();
        if !is_like(&text, example) {
            let message = format!("`{tool}` has no such version\nhelp: {help}");
            return Err(syn::Error::new(version.span(), message));
        }
        if !input.is_empty() {
            return Err(input.error("unexpected token"));
        }
        Ok(OlderTool { tool, version: text })
    }
}

/// Tells whether a text may be a version where this is one: a number, or a word.
fn is_like(text: &str, example: &str) -> bool {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    is_word && (is_number(text) || !is_number(example))
}
