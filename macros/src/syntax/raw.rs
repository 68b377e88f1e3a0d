//! What `sql!` takes beside SQL: its phase, its undo, its locks, and the rules that it may break.

use std::cell::Cell;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token, parenthesized};

use crate::diag::{Errors, nearest};
use crate::lint::{self, Rule};
use crate::plan::{Lock, Mode, Phase};
use crate::syntax::name::TableName;

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
    /// What takes the statements back: said before the contract, and not possible in it.
    pub(crate) fn required(
        undo: Option<Self>,
        phase: Phase,
        up: Span,
        errors: &mut Errors,
    ) -> Option<LitStr> {
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

/// `allow(truncate, reason = "…")`.
#[derive(Default)]
pub(crate) struct Allowances(Vec<Allowance>);

struct Allowance {
    rule: Ident,
    is_used: Cell<bool>,
}

impl Parse for Allowances {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let content;
        let parens = parenthesized!(content in input);
        let (mut allowed, mut reason) = (Vec::new(), None::<LitStr>);
        while !content.is_empty() {
            let word = content.call(Ident::parse_any)?;
            if word == "reason" {
                content.parse::<Token![=]>()?;
                reason = Some(content.parse()?);
            } else {
                check_rule(&word)?;
                allowed.push(Allowance { rule: word, is_used: Cell::new(false) });
            }
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        if reason.is_none_or(|reason| reason.value().trim().is_empty()) {
            let message = "an allowance says why\nhelp: reason = \"…\"";
            return Err(syn::Error::new(parens.span.open(), message));
        }
        Ok(Allowances(allowed))
    }
}

impl Allowances {
    /// Whether a statement may break a rule.
    pub(crate) fn covers(&self, rule: &Rule) -> bool {
        let found = self.0.iter().find(|allowed| allowed.rule == rule.name());
        found.inspect(|allowed| allowed.is_used.set(true)).is_some()
    }

    /// Reports what is allowed and does not happen: it would cover a later mistake.
    pub(crate) fn report_unused(&self, errors: &mut Errors) {
        for allowed in self.0.iter().filter(|allowed| !allowed.is_used.get()) {
            let rule = &allowed.rule;
            errors.at(rule.span(), format_args!("no statement needs `allow({rule})`"));
        }
    }
}

fn check_rule(word: &Ident) -> syn::Result<()> {
    let names: Vec<String> = lint::rule_names().collect();
    let written = word.to_string();
    if names.contains(&written) {
        return Ok(());
    }
    let near = nearest(&written, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let help = near.map_or(String::new(), |near| format!("\nhelp: did you mean `{near}`?"));
    Err(syn::Error::new(word.span(), format!("there is no rule `{written}`{help}")))
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
