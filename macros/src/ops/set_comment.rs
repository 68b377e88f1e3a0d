//! `set_comment!(column users.email, "…")`: catalog I3.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Token};

use crate::diag::{Errors, nearest};
use crate::model::names::Position;
use crate::model::{Claim, Facet, Object, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::ddl;
use crate::plan::{Phase, Statement, Step};
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::words::name::{ColumnName, TableName};

pub(crate) struct SetComment {
    place: Place,
    text: Option<LitStr>,
}

enum Place {
    Table(TableName),
    Column(ColumnName),
}

const PLACES: [&str; 2] = ["table", "column"];

impl Operation for SetComment {
    /// The comment as it was.
    type Facts = Option<String>;

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        let place = if word == "table" {
            Place::Table(input.parse()?)
        } else if word == "column" {
            Place::Column(input.parse()?)
        } else {
            let help = match nearest(&word.to_string(), &PLACES) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("one of `{}`", PLACES.join("`, `")),
            };
            let message = format!("expected what the comment is on, found `{word}`\nhelp: {help}");
            return Err(syn::Error::new(word.span(), message));
        };
        input.parse::<Token![,]>()?;
        let text = if input.peek(LitStr) {
            Some(input.parse::<LitStr>()?)
        } else {
            let word: Ident = input.parse()?;
            if word != "none" {
                let message = format!("expected a string or `none`, found `{word}`");
                return Err(syn::Error::new(word.span(), message));
            }
            None
        };
        Ok(SetComment { place, text })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        match &self.place {
            Place::Table(table) => schema.assume(table, []),
            Place::Column(column) => {
                schema.assume(&column.table, [ColumnDef::bare(column.name.clone())]);
            }
        }
    }

    fn claims(&self) -> Vec<Claim> {
        match &self.place {
            // Whatever a table's columns are in the midst of, its comment is no part of it.
            Place::Table(_) => Vec::new(),
            Place::Column(name) => {
                let column = Object::column(&name.table, &name.name);
                vec![column.at(name.name.span).of(Facet::Comment)]
            }
        }
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Option<String>> {
        let former = match &self.place {
            Place::Table(table) => &schema.table(table, errors)?.comment,
            Place::Column(column) => &schema.column(column, errors)?.1.comment,
        };
        Some(former.as_ref().map(LitStr::value))
    }

    fn plan(&self, former: &Option<String>, _: Position) -> Plan {
        let text = self.text.as_ref().map(LitStr::value);
        let why = "for whoever reads the schema";
        let step = Step::transaction(Phase::Expand, why, vec![self.comment(text.as_deref())])
            .undo(vec![self.comment(former.as_deref())]);
        Plan::of(vec![step])
    }

    fn apply(&self, schema: &mut Schema) {
        match &self.place {
            Place::Table(name) => {
                schema.alter(name, |table| table.comment.clone_from(&self.text));
            }
            Place::Column(name) => schema.alter(&name.table, |table| {
                if let Some(column) = table.column_mut(&name.name.text) {
                    column.comment.clone_from(&self.text);
                }
            }),
        }
    }
}

impl SetComment {
    fn comment(&self, text: Option<&str>) -> Statement {
        match &self.place {
            Place::Table(table) => ddl::comment_on_table(table, text),
            Place::Column(name) => ddl::comment_on_column(&name.table, &name.name, text),
        }
    }
}
