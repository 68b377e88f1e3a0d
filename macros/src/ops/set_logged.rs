//! `set_logged!(sessions)`: catalog 2.K and F8. The rows outlive a crash from then on.

use proc_macro2::Span;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::plan::Direct;
use crate::plan::operation::{Operation, Plan};
use crate::plan::shared::logged;
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::words::list::options;
use crate::syntax::words::name::TableName;

pub(crate) struct SetLogged {
    table: TableName,
}

impl Operation for SetLogged {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table = input.parse()?;
        options(input, errors, &mut []);
        Ok(SetLogged { table })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(&self.table, []);
        schema.alter(&self.table, |table| table.unlogged = true);
    }

    /// It concerns no object that another change would need as it was.
    fn claims(&self) -> Vec<Claim> {
        Vec::new()
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let table = schema.table(&self.table, errors)?;
        logged::check(table, &self.table, false, errors);
        for parent in table.constraints.iter().filter_map(Constraint::parent) {
            if *parent != self.table && schema.find(parent).is_some_and(|parent| parent.unlogged) {
                errors
                    .at(
                        self.table.span(),
                        format_args!("a foreign key points at `{parent}`, which is unlogged"),
                    )
                    .help(format_args!("set_logged!({parent}, …); first"));
            }
        }
        Some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        Plan::default()
    }

    fn direct(&self, (): &()) -> Option<Direct> {
        Some(logged::direct(&self.table, false))
    }

    fn only_direct(&self, (): &()) -> Option<(Span, &'static str)> {
        Some((self.table.span(), logged::REASON))
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(&self.table, |table| table.unlogged = false);
    }
}
