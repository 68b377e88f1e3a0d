//! What `sql!` takes beside SQL: its phase, its undo and its locks.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token, parenthesized};

use crate::diag::{Errors, nearest};
use crate::syntax::words::lock::{Lock, Mode};
use crate::syntax::words::name::TableName;
use crate::syntax::words::phase::Phase;

/// `phase = migrate`.
pub(crate) struct RawPhase(pub(crate) Phase);

impl Parse for RawPhase {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        const PHASES: [(&str, Phase); 3] =
            [("expand", Phase::Expand), ("migrate", Phase::Migrate), ("contract", Phase::Contract)];
        one_of("phase", &PHASES.map(|(word, phase)| (word.to_owned(), phase)), input).map(RawPhase)
    }
}

/// `undo = "…"`, or `undo = none`.
pub(crate) enum Undo {
    Sql(LitStr),
    None,
}

impl Parse for Undo {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(LitStr) {
            return Ok(Undo::Sql(input.parse()?));
        }
        let word = input.call(Ident::parse_any)?;
        if word == "none" {
            return Ok(Undo::None);
        }
        Err(syn::Error::new(word.span(), "expected a string of SQL, or `none`"))
    }
}

impl Undo {
    /// Returns what takes the statements back: said before the contract, and not possible in it.
    pub(crate) fn required<'a>(
        undo: Option<&'a Self>,
        phase: Phase,
        up: Span,
        errors: &mut Errors,
    ) -> Option<&'a LitStr> {
        match undo {
            None if phase != Phase::Contract => {
                errors
                    .at(up, "`sql!` does not say what takes this back")
                    .help("undo = \"…\", or undo = none if there is nothing to take back");
                None
            }
            Some(Undo::Sql(text)) if phase == Phase::Contract => {
                errors.at(text.span(), "a contract is not undone").note(
                    "no build may need what it removes, and every build may use what it makes",
                );
                None
            }
            Some(Undo::Sql(text)) => Some(text),
            Some(Undo::None) | None => None,
        }
    }
}

/// `locks(users = access_exclusive, billing.invoices = share)`.
pub(crate) struct Locks(Vec<(TableName, Mode)>);

impl Parse for Locks {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        let modes = Mode::ALL.map(|(words, mode)| (words.replace(' ', "_"), mode));
        let mut locks = Vec::new();
        while !content.is_empty() {
            let table: TableName = content.parse()?;
            content.parse::<Token![=]>()?;
            locks.push((table, one_of("lock", &modes, &content)?));
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        Ok(Locks(locks))
    }
}

impl Locks {
    pub(crate) fn tables(&self) -> impl Iterator<Item = &TableName> {
        self.0.iter().map(|(table, _)| table)
    }

    pub(crate) fn all(&self) -> Vec<Lock> {
        let lock = |(table, mode): &(TableName, Mode)| Lock { table: table.quoted(), mode: *mode };
        self.0.iter().map(lock).collect()
    }
}

fn one_of<T: Copy>(kind: &str, known: &[(String, T)], input: ParseStream) -> syn::Result<T> {
    let word = input.call(Ident::parse_any)?;
    if let Some((_, value)) = known.iter().find(|(name, _)| word == name) {
        return Ok(*value);
    }
    let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
    let help = match nearest(&word.to_string(), &names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("one of `{}`", names.join("`, `")),
    };
    Err(syn::Error::new(word.span(), format!("unknown {kind} `{word}`\nhelp: {help}")))
}
