//! The column that a change is about, `users.username`, and what is said of it where no history
//! can tell: `users.username: text not_null`.

use proc_macro2::Span;
use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::words::name::{ColumnName, Name, TableName};

pub(crate) struct Target {
    pub(crate) name: ColumnName,
    pub(crate) stated: Option<ColumnDef>,
}

impl Target {
    pub(crate) fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let name: ColumnName = input.parse()?;
        let stated = Self::parse_stated(&name.name, input, errors)?;
        Ok(Target { name, stated })
    }

    /// Reads `: type modifier*`, if it is there.
    pub(crate) fn parse_stated(
        name: &Name,
        input: ParseStream,
        errors: &mut Errors,
    ) -> syn::Result<Option<ColumnDef>> {
        if !input.peek(Token![:]) {
            return Ok(None);
        }
        input.parse::<Token![:]>()?;
        ColumnDef::parse_type(name.clone(), input, errors).map(Some)
    }

    pub(crate) fn table(&self) -> &TableName {
        &self.name.table
    }

    pub(crate) fn column(&self) -> &Name {
        &self.name.name
    }

    pub(crate) fn span(&self) -> Span {
        self.name.name.span
    }
}
