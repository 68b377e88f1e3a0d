//! `allow(json, reason = "…")`: what one knows better.

use syn::ext::IdentExt;
use syn::{Ident, LitStr, Token};

use crate::change::clause::Clause;
use crate::diag::Errors;

/// The rules whose warning a change may silence.
pub(crate) const RULES: &[&str] = &[
    FIXED_LENGTH,
    FOREIGN_KEY_WITHOUT_INDEX,
    INDEX_BEFORE_BACKFILL,
    JSON,
    NARROW_KEY,
    TIMESTAMP_WITHOUT_TIME_ZONE,
];
pub(crate) const FIXED_LENGTH: &str = "fixed_length";
pub(crate) use crate::plan::shared::removal::FOREIGN_KEY_WITHOUT_INDEX;
pub(crate) const INDEX_BEFORE_BACKFILL: &str = "index_before_backfill";
pub(crate) const JSON: &str = "json";
pub(crate) const NARROW_KEY: &str = "narrow_key";
pub(crate) const TIMESTAMP_WITHOUT_TIME_ZONE: &str = "timestamp_without_time_zone";

/// Reads a clause: the rule that it silences. `own` are the rules of the operation itself.
pub(crate) fn read(clause: &Clause, own: &[&str], errors: &mut Errors) -> Option<String> {
    let (mut rule, mut reason) = (None, None);
    let is_right = clause.read(errors, |input, _| {
        rule = Some(input.call(Ident::parse_any)?);
        if input.parse::<Option<Token![,]>>()?.is_some() {
            let key = input.call(Ident::parse_any)?;
            if key != "reason" {
                return Err(syn::Error::new(key.span(), "expected `reason`"));
            }
            input.parse::<Token![=]>()?;
            reason = Some(input.parse::<LitStr>()?);
        }
        if input.is_empty() { Ok(()) } else { Err(input.error("unexpected token")) }
    });
    let rule = rule.filter(|_| is_right)?;
    let name = rule.to_string();
    let known = || RULES.iter().chain(own).copied();
    if !known().any(|known| known == name) {
        errors.at(rule.span(), format_args!("unknown rule `{name}`")).nearest(&name, known());
    }
    if reason.is_none_or(|reason| reason.value().trim().is_empty()) {
        errors
            .at(rule.span(), "what is allowed has a reason")
            .help(format_args!("allow({name}, reason = \"…\")"));
    }
    Some(name)
}
