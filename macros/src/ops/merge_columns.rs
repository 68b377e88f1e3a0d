//! `merge_columns!(users { first = "…", last = "…" } => name: text, up = "…")`: as a rename that
//! converts (catalog E1), with several old columns.

use syn::parse::ParseStream;
use syn::{Token, braced};

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::shared::reshape::{Facts, Made, Reshape};
use crate::syntax::words::list::{options, value};
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;
use crate::syntax::words::target::Target;

pub(crate) struct MergeColumns(Reshape);

impl Operation for MergeColumns {
    type Facts = Facts;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table: TableName = input.parse()?;
        let content;
        braced!(content in input);
        let before = errors.count();
        let old = Made::parse_all(&content, errors);
        let is_short = old.len() < 2 && errors.count() == before;
        input.parse::<Token![=>]>()?;
        let name: Name = input.parse()?;
        let stated = Target::parse_stated(&name, input, errors)?;
        let mut up: Option<Sql> = None;
        options(input, errors, &mut [("up", &mut value(&mut up))]);
        let Some(from) = up else {
            let message = format!(
                "nothing says what `{name}` is made from: what old builds write would never reach new ones\n\
                 help: up = \"…\""
            );
            return Err(syn::Error::new(name.span, message));
        };
        if is_short {
            errors
                .at(table.span(), "a merge takes several columns")
                .help("`rename_column!` takes one, with `up` and `down`");
        }
        let new = vec![Made { name, stated, from }];
        Ok(MergeColumns(Reshape { table, old, new }))
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        self.0.assume(schema, errors);
    }

    fn claims(&self) -> Vec<Claim> {
        self.0.claims()
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        self.0.check(schema, errors)
    }

    fn plan(&self, facts: &Facts, at: Position) -> Plan {
        let mut notes =
            vec![crate::plan::operation::more_columns(), crate::plan::operation::fewer_columns()];
        notes.extend(self.0.notes(facts));
        Plan::noting(self.0.steps(facts, at), notes)
    }

    fn apply(&self, schema: &mut Schema) {
        self.0.apply(schema);
    }
}
