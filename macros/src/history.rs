//! A whole history, `migrations! { pub static MIGRATIONS = [m0001, m0002]; }`, and the links of
//! its chain.

use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, LitStr, Token, Visibility, bracketed};

use crate::diag::Errors;
use crate::model::Schema;

/// The list of migrations, the oldest first.
pub(crate) struct History {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) modules: Vec<Ident>,
}

impl Parse for History {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        input.parse::<Token![static]>()?;
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        let content;
        let bracket = bracketed!(content in input);
        let modules = Punctuated::<Ident, Token![,]>::parse_terminated(&content)?;
        input.parse::<Token![;]>()?;
        if modules.is_empty() {
            let message = "a history has at least one migration\nhelp: [m0001_create_users]";
            return Err(syn::Error::new(bracket.span.open(), message));
        }
        Ok(History { attributes, visibility, name, modules: modules.into_iter().collect() })
    }
}

impl History {
    pub(crate) fn check(&self, errors: &mut Errors) {
        for (at, module) in self.modules.iter().enumerate() {
            if let Some(first) = self.modules[..at].iter().find(|earlier| *earlier == module) {
                let message = format!("`{module}` is listed twice");
                errors.at(first.span(), &message);
                errors.at(module.span(), &message);
            }
        }
    }
}

/// One migration's place in the list, held against the parent that it names itself.
pub(crate) struct Link {
    pub(crate) state: LitStr,
    pub(crate) this: Ident,
    modules: Vec<Ident>,
}

impl Parse for Link {
    /// `"state" m0002 [m0001, m0002, m0003]`
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let (state, this) = (input.parse()?, input.parse()?);
        let content;
        bracketed!(content in input);
        let modules = Punctuated::<Ident, Token![,]>::parse_terminated(&content)?;
        Ok(Link { state, this, modules: modules.into_iter().collect() })
    }
}

impl Link {
    /// Whether it is the last.
    pub(crate) fn is_head(&self) -> bool {
        self.modules.last() == Some(&self.this)
    }

    pub(crate) fn check(&self, errors: &mut Errors) {
        let (this, state) = (&self.this, self.state.value());
        let parent = Schema::parent_of(&state);
        let at = self.modules.iter().position(|module| module == this).unwrap_or_default();
        let before = at.checked_sub(1).map(|before| &self.modules[before]);
        let position = parent.and_then(|id| self.modules.iter().position(|module| module == id));
        match (before, parent, position) {
            (None, None, _) => {}
            // Its own error says that it has lost its parent.
            (Some(_), None, _) if Schema::is_incomplete(&state) => {}
            (Some(before), Some(parent), _) if before == parent => {}
            (Some(before), None, _) => {
                errors
                    .at(
                        this.span(),
                        format_args!("`{this}` names no parent, but stands behind `{before}`"),
                    )
                    .help(format_args!("in `{this}`: after super::{before};"));
            }
            (_, Some(parent), None) => {
                errors
                    .at(
                        this.span(),
                        format_args!("`{this}` comes after `{parent}`, which is not in the list"),
                    )
                    .help(format_args!("{parent}, {this}"));
            }
            (_, Some(parent), Some(position)) if position < at => {
                self.fork(parent, position, errors);
            }
            (_, Some(parent), Some(_)) => {
                errors
                    .at(
                        this.span(),
                        format_args!("`{this}` comes after `{parent}`, and stands before it"),
                    )
                    .help(format_args!("{parent}, {this}"));
            }
        }
    }

    /// Two children of one parent: what a merge of two branches leaves.
    fn fork(&self, parent: &str, position: usize, errors: &mut Errors) {
        let (this, sibling) = (&self.this, &self.modules[position + 1]);
        let message = format!("`{sibling}` and `{this}` both come after `{parent}`");
        errors.at(sibling.span(), &message);
        let last = self.modules.iter().take_while(|module| *module != this).last();
        errors
            .at(this.span(), &message)
            .help(format_args!("in `{this}`: after super::{};", last.unwrap_or(sibling)));
    }
}
