//! The frame of a migration: its parent, its changes one after the other, and the schema that it
//! hands to its children.

pub(crate) mod baseline;
pub(crate) mod gated;
pub(crate) mod history;
pub(crate) mod schema_names;
pub(crate) mod siblings;
pub(crate) mod squash;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path, Token, parenthesized};

use crate::change::{Change, READERS, baseline as in_baseline};
use crate::diag::{Errors, nearest};
use crate::migration::baseline::{Baseline, Whole};
use crate::migration::gated::Gated;
use crate::model::{Author, Release, Schema, Waiting};
use crate::plan::Phase;
use crate::plan::footprint::needed::Needed;

/// A migration, read and planned.
#[derive(Default)]
pub(crate) struct Migration {
    pub(crate) parent: Option<String>,
    pub(crate) doc: String,
    /// Where what it makes may be there already.
    pub(crate) baseline: Option<Baseline>,
    /// Where it is the first behind baselines: the schema that they end in.
    pub(crate) before: Option<Whole>,
    pub(crate) changes: Vec<Change>,
    /// The migrations whose switch it declares.
    pub(crate) switches: Vec<String>,
    /// The migrations whose contract it declares.
    pub(crate) contracts: Vec<String>,
    /// The schema afterwards.
    pub(crate) schema: Schema,
}

/// The first line of a migration that has a parent.
pub(crate) struct After {
    pub(crate) path: Path,
    /// The rest of the migration, untouched.
    pub(crate) body: TokenStream,
}

impl After {
    /// Reads `after super::m0001_create_users;`, if the migration begins with it.
    pub(crate) fn parse(input: ParseStream) -> syn::Result<Option<Self>> {
        let begins = input.fork().call(Ident::parse_any).is_ok_and(|word| word == "after");
        if !begins || input.peek2(Token![!]) {
            // What a parser leaves is an error of its caller's.
            input.parse::<TokenStream>()?;
            return Ok(None);
        }
        input.call(Ident::parse_any)?;
        let path = input.call(Path::parse_mod_style).map_err(|error| {
            let help = "help: `after super::m0001_create_users;`";
            syn::Error::new(error.span(), format!("expected the parent's module\n{help}"))
        })?;
        input.parse::<Token![;]>()?;
        Ok(Some(After { path, body: input.parse()? }))
    }

    /// The parent's id.
    pub(crate) fn parent(&self) -> Option<&Ident> {
        self.path.segments.last().map(|segment| &segment.ident)
    }
}

impl Migration {
    /// Reads the changes of a migration that starts from `schema`.
    pub(crate) fn parse(input: ParseStream, schema: Schema, errors: &mut Errors) -> Self {
        let parent = schema.history.last().cloned();
        let is_behind = schema.is_behind_baseline && !Baseline::begins(input);
        let before = is_behind.then(|| Whole::of(&schema));
        let mut migration = Migration { parent, before, schema, ..Migration::default() };
        while !input.is_empty() {
            if let Err(error) = migration.parse_change(input, errors) {
                errors.syntax(error);
                migration.schema.leave_unread(&skip_past_semicolon(input));
            }
        }
        migration.note_contract();
        let squash = migration.baseline.as_ref().and_then(|it| it.squash.as_ref());
        // What could not be read is reported, and what follows from it is not.
        if let (Some(squash), 0) = (squash, errors.count()) {
            squash.compare(&migration.schema, errors);
        }
        migration
    }

    /// Reads a whole token stream; what is wrong is in `errors`.
    pub(crate) fn parse_all(body: TokenStream, schema: Schema, errors: &mut Errors) -> Self {
        let mut migration = Migration::default();
        let read = |input: ParseStream| {
            migration = Migration::parse(input, schema, errors);
            Ok(())
        };
        // Beside what was reported, `syn` counts every group that an error left half read.
        let leftover = read.parse2(body);
        if let (Err(error), 0) = (leftover, errors.count()) {
            errors.syntax(error);
        }
        migration
    }

    fn parse_change(&mut self, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        for attribute in input.call(Attribute::parse_outer)? {
            self.add_doc(&attribute)?;
        }
        let name = input.call(Ident::parse_any)?;
        if name == "after" {
            let message = "`after` is the first line of a migration";
            return Err(syn::Error::new(name.span(), message));
        }
        if name == "baseline" && !input.peek(Token![!]) {
            return self.begin_baseline(&name, input, errors);
        }
        input.parse::<Token![!]>()?;
        let content;
        parenthesized!(content in input);
        let argument = content.cursor().token_stream();
        // The argument is read before the semicolon is asked for: both may be wrong.
        let read = self.read(&name, &content, errors);
        if read.is_err() {
            content.parse::<TokenStream>()?;
        }
        let end = input.parse::<Token![;]>();
        if let Err(error) = read {
            errors.syntax(error);
            self.schema.leave_unread(&argument);
        }
        if end.is_err() {
            errors.at(name.span(), format_args!("`{name}!` does not end with a semicolon"));
        }
        Ok(())
    }

    /// `baseline;`: whatever it makes may be there.
    fn begin_baseline(
        &mut self,
        word: &Ident,
        input: ParseStream,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        let is_first = self.baseline.is_none()
            && self.changes.is_empty()
            && self.switches.is_empty()
            && self.contracts.is_empty();
        if !is_first {
            return Err(Baseline::misplaced(word.span(), self.baseline.is_some()));
        }
        self.schema.begin_baseline();
        let baseline = self.baseline.insert(Baseline::on(&self.schema));
        if input.peek(syn::token::Paren) {
            baseline.parse_clause(input)?;
        }
        if let Some(squash) = &baseline.squash {
            squash.check(&self.schema, errors);
            self.schema.squashed = squash.places();
        }
        if input.parse::<Option<Token![;]>>()?.is_none() {
            errors.at(word.span(), "`baseline` does not end with a semicolon");
        }
        Ok(())
    }

    fn read(&mut self, name: &Ident, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        let written = name.to_string();
        let (gated, reader) =
            (Gated::of(&written), READERS.iter().find(|(known, _)| written == *known));
        let is_known = gated.is_some() || reader.is_some();
        if let (true, Some(error)) =
            (is_known && self.baseline.is_some(), in_baseline::refused(name))
        {
            input.parse::<TokenStream>()?;
            return Err(error);
        }
        if let Some(gated) = gated {
            return self.declare(gated, input, errors);
        }
        let Some((_, read)) = reader else {
            input.parse::<TokenStream>()?;
            return Err(unknown(name));
        };
        let mut change = read(&written, self.changes.len() + 1, input, &mut self.schema, errors)?;
        let earlier: Vec<&Needed> = self.changes.iter().map(|change| &change.needed).collect();
        change.needed.without(&earlier);
        self.changes.push(change);
        Ok(())
    }

    /// `contract!(m0002_rename_username)`, `switch!(m0007_widen_amount)`.
    fn declare(
        &mut self,
        gated: Gated,
        input: ParseStream,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        let name = input.call(Ident::parse_any)?;
        if !input.is_empty() {
            return Err(input.error("unexpected token"));
        }
        if gated.release(&mut self.schema, &name, errors) {
            match gated {
                Gated::Switch => self.switches.push(name.unraw().to_string()),
                Gated::Contract => self.contracts.push(name.unraw().to_string()),
            }
        }
        Ok(())
    }

    fn add_doc(&mut self, attribute: &Attribute) -> syn::Result<()> {
        match &attribute.meta {
            Meta::NameValue(meta) if meta.path.is_ident("doc") => {
                if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &meta.value {
                    self.add_doc_line(text);
                }
                Ok(())
            }
            _ => Err(syn::Error::new_spanned(attribute, "a change takes doc comments alone")),
        }
    }

    fn add_doc_line(&mut self, text: &LitStr) {
        if !self.doc.is_empty() {
            self.doc.push('\n');
        }
        self.doc.push_str(text.value().trim());
    }

    /// The ids of the migrations whose contract must have run before this one starts.
    pub(crate) fn requires(&self) -> Vec<&str> {
        let mut ids: Vec<&str> =
            self.changes.iter().flat_map(|change| &change.requires).map(String::as_str).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn note_contract(&mut self) {
        let steps = || self.changes.iter().flat_map(|change| &change.plan.steps);
        let release = |phase: Phase| {
            let any = steps().any(|step| step.phase == phase);
            if any { Release::Pending } else { Release::Absent }
        };
        let (switch, contract) = (release(Phase::Switch), release(Phase::Contract));
        if switch != Release::Absent || contract != Release::Absent {
            let migration = Author::Present;
            self.schema.contracts.push(Waiting { migration, switch, contract });
        }
    }
}

fn unknown(name: &Ident) -> syn::Error {
    let names: Vec<&str> =
        READERS.iter().map(|(name, _)| *name).chain(["switch", "contract"]).collect();
    let help = match nearest(&name.to_string(), &names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("one of `{}`", names.join("`, `")),
    };
    syn::Error::new(name.span(), format!("unknown change `{name}!`\nhelp: {help}"))
}

/// Returns what it skips.
fn skip_past_semicolon(input: ParseStream) -> TokenStream {
    let mut skipped = TokenStream::new();
    while input.parse::<Token![;]>().is_err() {
        let Ok(token) = input.parse::<TokenTree>() else { break };
        skipped.extend([token]);
    }
    skipped
}
