//! The frame of a migration: its parent, its changes one after the other, and the schema that it
//! hands to its children.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path, Token, parenthesized};

use crate::change::{Change, READERS};
use crate::diag::{Errors, nearest};
use crate::model::{Author, Contract, Schema};
use crate::plan::Phase;

/// A migration, read and planned.
#[derive(Default)]
pub(crate) struct Migration {
    pub(crate) parent: Option<String>,
    pub(crate) doc: String,
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
        let mut migration = Migration {
            parent: schema.history.last().cloned(),
            doc: String::new(),
            changes: Vec::new(),
            switches: Vec::new(),
            contracts: Vec::new(),
            schema,
        };
        while !input.is_empty() {
            if let Err(error) = migration.parse_change(input, errors) {
                errors.syntax(error);
                migration.schema.leave_unread(&skip_past_semicolon(input));
            }
        }
        migration.note_contract();
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

    fn read(&mut self, name: &Ident, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        if name == "contract" {
            return self.declare(input, errors);
        }
        let written = name.to_string();
        let Some((_, read)) = READERS.iter().find(|(known, _)| written == *known) else {
            input.parse::<TokenStream>()?;
            return Err(unknown(name));
        };
        let change = read(&written, self.changes.len() + 1, input, &mut self.schema, errors)?;
        self.changes.push(change);
        Ok(())
    }

    /// `contract!(m0002_rename_username)`.
    fn declare(&mut self, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        let name = input.call(Ident::parse_any)?;
        if !input.is_empty() {
            return Err(input.error("unexpected token"));
        }
        let wanted = name.unraw().to_string();
        let author = Author::Earlier(wanted.clone());
        let contract =
            self.schema.contracts.iter_mut().find(|contract| contract.migration == author);
        match contract {
            Some(Contract { declared_by: None, .. }) => {}
            Some(Contract { declared_by: Some(by), .. }) => {
                let by = match by {
                    Author::Earlier(by) => format!("`{by}`"),
                    Author::Present => "this migration".into(),
                };
                errors.at(
                    name.span(),
                    format_args!("the contract of `{wanted}` is declared by {by}"),
                );
                return Ok(());
            }
            None => {
                report_nothing_to_contract(&self.schema, &name, errors);
                return Ok(());
            }
        }
        if let Some(contract) = contract {
            contract.declared_by = Some(Author::Present);
        }
        self.contracts.push(wanted);
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
        let mut steps = self.changes.iter().flat_map(|change| &change.plan.steps);
        if steps.any(|step| step.phase == Phase::Contract) {
            let contract = Contract { migration: Author::Present, declared_by: None };
            self.schema.contracts.push(contract);
        }
    }
}

fn report_nothing_to_contract(schema: &Schema, name: &Ident, errors: &mut Errors) {
    let wanted = name.to_string();
    let own_file = name.span().unwrap().local_file();
    if own_file.is_some_and(|path| path.file_stem().is_some_and(|stem| stem == wanted.as_str())) {
        errors
            .at(name.span(), "a migration cannot contract itself")
            .help("a migration of its own, in a later pull request")
            .note("old builds still use what the contract removes");
    } else if schema.history.contains(&wanted) {
        if !schema.unread.is_empty() {
            return;
        }
        errors.at(name.span(), format_args!("`{wanted}` has nothing to contract"));
    } else {
        let open = schema.contracts.iter().filter_map(|contract| match &contract.migration {
            Author::Earlier(id) if contract.declared_by.is_none() => Some(id.as_str()),
            _ => None,
        });
        errors
            .at(name.span(), format_args!("there is no migration `{wanted}` before this one"))
            .nearest(&wanted, open)
            .note("a contract ships in a later migration than what it releases");
    }
}

fn unknown(name: &Ident) -> syn::Error {
    let names: Vec<&str> =
        READERS.iter().map(|(name, _)| *name).chain(std::iter::once("contract")).collect();
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
