//! `split_column!(users.name => { first: text = "…", last: text = "…" }, down = "…")`: as a
//! rename that converts (catalog E1), with several new columns.

use syn::parse::ParseStream;
use syn::{Token, braced};

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::shared::reshape::{Facts, Made, Reshape};
use crate::syntax::words::list::{options, value};
use crate::syntax::words::sql::Sql;
use crate::syntax::words::target::Target;

pub(crate) struct SplitColumn(Reshape);

impl Operation for SplitColumn {
    type Facts = Facts;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let old = Target::parse(input, errors)?;
        input.parse::<Token![=>]>()?;
        let content;
        braced!(content in input);
        let before = errors.count();
        let new = Made::parse_all(&content, errors);
        let is_short = new.len() < 2 && errors.count() == before;
        let mut down: Option<Sql> = None;
        options(input, errors, &mut [("down", &mut value(&mut down))]);
        let Some(from) = down else {
            let message = format!(
                "nothing says what `{}` is made from: what new builds write would never reach old ones\n\
                 help: down = \"…\"",
                old.column()
            );
            return Err(syn::Error::new(old.span(), message));
        };
        if is_short {
            errors
                .at(old.span(), "a split makes several columns")
                .help("`rename_column!` makes one, with `up` and `down`");
        }
        let (table, name) = (old.name.table, old.name.name);
        let old = vec![Made { name, stated: old.stated, from }];
        Ok(SplitColumn(Reshape { table, old, new }))
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
