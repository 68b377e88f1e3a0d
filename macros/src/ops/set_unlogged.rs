//! `set_unlogged!(sessions)`: catalog 2.K and F8. The rows are lost in a crash from then on.

use proc_macro2::Span;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::plan::Direct;
use crate::plan::operation::{Operation, Plan};
use crate::plan::shared::logged;
use crate::syntax::words::list::options;
use crate::syntax::words::name::TableName;

pub(crate) struct SetUnlogged {
    table: TableName,
}

impl Operation for SetUnlogged {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table = input.parse()?;
        options(input, errors, &mut []);
        Ok(SetUnlogged { table })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(&self.table, []);
        schema.alter(&self.table, |table| table.unlogged = false);
    }

    /// It concerns no object that another change would need as it was.
    fn claims(&self) -> Vec<Claim> {
        Vec::new()
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let table = schema.table(&self.table, errors)?;
        logged::check(table, &self.table, true, errors);
        for other in schema.tables_pointing_at(&self.table) {
            if other.name != self.table && !other.unlogged && other.points_at(&self.table, None) {
                errors
                    .at(
                        self.table.span(),
                        format_args!(
                            "a foreign key of `{}` points at it, which is logged",
                            other.name
                        ),
                    )
                    .note("what points at rows that are lost in a crash would be wrong");
            }
        }
        Some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        Plan::default()
    }

    fn direct(&self, (): &()) -> Option<Direct> {
        Some(logged::direct(&self.table, true))
    }

    fn only_direct(&self, (): &()) -> Option<(Span, &'static str)> {
        Some((self.table.span(), logged::REASON))
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(&self.table, |table| table.unlogged = true);
    }
}
