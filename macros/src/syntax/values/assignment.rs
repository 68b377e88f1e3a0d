//! `fill(total = "greatest(total, 0)")`: what gives columns of a row their values.

use syn::parse::{Parse, ParseStream};
use syn::{Token, parenthesized};

use crate::diag::Errors;
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::words::name::Name;
use crate::syntax::words::sql::Sql;

#[derive(Clone)]
pub(crate) struct Assignment {
    pub(crate) column: Name,
    pub(crate) value: Sql,
}

impl Parse for Assignment {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let column = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok(Assignment { column, value: input.parse()? })
    }
}

/// The option `fill(column = "…", …)`, or, where one column is all that it can mean, `fill = "…"`.
pub(crate) fn fill<'a>(
    slot: &'a mut Vec<Assignment>,
    columns: &'a [Name],
) -> impl FnMut(ParseStream) -> syn::Result<()> + 'a {
    move |input| {
        if input.peek(Token![=]) {
            let [column] = columns else {
                return Err(input
                    .error("`fill` names the columns that it sets\nhelp: fill(column = \"…\")"));
            };
            input.parse::<Token![=]>()?;
            slot.push(Assignment { column: column.clone(), value: input.parse()? });
            return Ok(());
        }
        let content;
        let parens = parenthesized!(content in input);
        if content.is_empty() {
            let message = "`fill` sets no column\nhelp: fill(column = \"…\")";
            return Err(syn::Error::new(parens.span.open(), message));
        }
        slot.extend(content.parse_terminated(Assignment::parse, Token![,])?);
        Ok(())
    }
}

/// Reports a `fill` for a constraint that stays unproved: what mends every row leaves none to stay so
/// for.
pub(crate) fn check_proves(constraint: &Constraint, fill: &[Assignment], errors: &mut Errors) {
    if let Some(first) = fill.first().filter(|_| constraint.terms.not_valid) {
        errors
            .at(first.value.span, "`fill`, and a constraint that stays `not_valid`")
            .help("one of `fill`, `not_valid`")
            .note("`fill` mends the rows that are there, and then the constraint is proved");
    }
}
