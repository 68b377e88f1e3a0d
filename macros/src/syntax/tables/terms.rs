//! What constraints of several kinds take: columns, and words behind them.

use std::fmt;

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Token, parenthesized};

use crate::syntax::words::name::Name;
use crate::syntax::words::name::join;

/// What else is said of a constraint. Each kind takes some of it.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Terms {
    pub(crate) timing: Timing,
    pub(crate) no_inherit: bool,
    /// Whether it holds for what is written alone: the rows of before are not looked at.
    pub(crate) not_valid: bool,
    pub(crate) nulls_not_distinct: bool,
    pub(crate) include: Vec<Name>,
}

/// When it is looked at.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Timing {
    pub(crate) deferrable: bool,
    /// Which makes it deferrable.
    pub(crate) initially_deferred: bool,
}

/// Words that are options where a list of columns may go on.
const FLAGS: [&str; 3] = ["deferrable", "initially_deferred", "nulls_not_distinct"];

impl Timing {
    pub(crate) fn is_deferrable(&self) -> bool {
        self.deferrable || self.initially_deferred
    }
}

/// Reads names up to an option, an arrow or the end.
pub(crate) fn columns(input: ParseStream) -> syn::Result<Vec<Name>> {
    let mut columns = vec![input.parse()?];
    while input.peek(Token![,]) && !is_option(input) {
        input.parse::<Token![,]>()?;
        if input.is_empty() {
            break;
        }
        columns.push(input.parse()?);
    }
    Ok(columns)
}

/// Tells whether the word behind the comma is an option, and no column: a column of that name is
/// written as a string.
fn is_option(input: ParseStream) -> bool {
    if input.peek3(Token![=]) && !input.peek3(Token![=>]) {
        return true;
    }
    let ahead = input.fork();
    ahead.parse::<Token![,]>().is_ok()
        && ahead
            .call(Ident::parse_any)
            .is_ok_and(|word| word == "include" || FLAGS.iter().any(|flag| word == flag))
}

/// An option with names in parentheses.
pub(crate) fn names_in(slot: &mut Vec<Name>) -> impl FnMut(ParseStream) -> syn::Result<()> {
    |input| {
        let content;
        parenthesized!(content in input);
        slot.extend(content.parse_terminated(Name::parse, Token![,])?);
        Ok(())
    }
}

/// Columns in front of options.
pub(crate) struct Columns<'a>(pub(crate) &'a [Name]);

impl fmt::Display for Columns<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |name: &Name| {
            let is_word = name == "include" || FLAGS.contains(&name.text.as_str());
            if is_word { format!("{:?}", name.text) } else { name.to_string() }
        };
        f.write_str(&self.0.iter().map(name).collect::<Vec<_>>().join(", "))
    }
}

impl fmt::Display for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.include.is_empty() {
            write!(f, ", include({})", join(&self.include))?;
        }
        for (word, is_set) in [
            ("no_inherit", self.no_inherit),
            ("not_valid", self.not_valid),
            ("nulls_not_distinct", self.nulls_not_distinct),
            ("deferrable", self.timing.deferrable),
            ("initially_deferred", self.timing.initially_deferred),
        ] {
            if is_set {
                write!(f, ", {word}")?;
            }
        }
        Ok(())
    }
}
