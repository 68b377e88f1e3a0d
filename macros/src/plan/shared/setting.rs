//! A change of one setting of a column: what `set_statistics!` and its like have in common.

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::{Claim, Facet, Object, Schema};
use crate::plan::sql::ddl;
use crate::plan::{Phase, Step};
use crate::syntax::words::setting::{Kind, Setting};
use crate::syntax::words::target::Target;

pub(crate) struct SetSetting {
    target: Target,
    setting: Setting,
}

impl SetSetting {
    /// Reads `users.email, value`.
    pub(crate) fn parse(
        kind: Kind,
        example: &str,
        input: ParseStream,
        errors: &mut Errors,
    ) -> syn::Result<Self> {
        let target = Target::parse(input, errors)?;
        input.parse::<Token![,]>().map_err(|error| {
            let message =
                format!("{error}\nhelp: set_{}!({}, {example})", kind.word(), target.name);
            syn::Error::new(error.span(), message)
        })?;
        Ok(SetSetting { target, setting: kind.parse(input)? })
    }

    pub(crate) fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        if self.target.stated.is_none() && self.setting.kind == Kind::Storage {
            errors
                .at(self.target.span(), "outside a migration the column's type is not known")
                .help(format_args!("{}: text", self.target.name));
        }
        schema.assume_target(&self.target);
    }

    pub(crate) fn claims(&self) -> Vec<Claim> {
        let facet = match self.setting.kind {
            Kind::Statistics => Facet::Statistics,
            Kind::Storage => Facet::Storage,
            Kind::Compression => Facet::Compression,
        };
        let column = Object::column(self.target.table(), self.target.column());
        vec![column.at(self.target.span()).of(facet)]
    }

    /// The clause that takes it back.
    pub(crate) fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<String> {
        let (_, column) = schema.target(&self.target, errors)?;
        let kind = self.setting.kind;
        if !kind.fits(&column.ty) {
            errors
                .at(
                    self.target.span(),
                    format_args!(
                        "column `{}` of type `{}` has no {}",
                        self.target.name,
                        column.ty,
                        kind.word()
                    ),
                )
                .note("PostgreSQL keeps its values in the row, as they are");
            return None;
        }
        let former = column.settings.iter().find(|setting| setting.kind == kind);
        Some(former.map_or_else(|| kind.usual(&column.ty), Setting::clause))
    }

    pub(crate) fn step(&self, former: &str) -> Step {
        let (table, column) = (self.target.table(), self.target.column());
        let set = |clause: &str| vec![ddl::set(table, column, self.setting.kind, clause)];
        let why = match self.setting.kind {
            Kind::Statistics => "for the next `analyze`",
            Kind::Storage | Kind::Compression => {
                "for new values; those that are there stay as they are"
            }
        };
        Step::transaction(Phase::Expand, why, set(&self.setting.clause())).undo(set(former))
    }

    pub(crate) fn apply(&self, schema: &mut Schema) {
        schema.alter(self.target.table(), |table| {
            if let Some(column) = table.column_mut(&self.target.column().text) {
                column.settings.retain(|setting| setting.kind != self.setting.kind);
                column.settings.push(self.setting.clone());
                column.settings.sort_by_key(|setting| setting.kind);
            }
        });
    }
}
