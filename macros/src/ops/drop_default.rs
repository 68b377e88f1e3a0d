//! `drop_default!(orders.status)`: catalog A11. Old builds may leave the column out, so the
//! default goes in the contract.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Facet, Object, Role, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::ddl;
use crate::plan::{Phase, Step};
use crate::syntax::values::default::Default;
use crate::syntax::words::target::Target;

pub(crate) struct DropDefault {
    target: Target,
}

impl Operation for DropDefault {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(DropDefault { target: Target::parse(input, errors)? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume_target(&self.target);
        schema.alter(self.target.table(), |table| {
            for column in &mut table.columns {
                column.default.get_or_insert_with(Default::unstated);
            }
        });
    }

    fn claims(&self) -> Vec<Claim> {
        let column = Object::column(self.target.table(), self.target.column());
        vec![column.at(self.target.span()).of(Facet::Default)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let (_, column) = schema.target(&self.target, errors)?;
        if column.default.is_none() {
            errors.at(
                self.target.span(),
                format_args!("column `{}` has no default", self.target.name),
            );
        }
        Some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let drop = ddl::drop_default(self.target.table(), self.target.column());
        let why = "builds that leave the column out are gone";
        let step = Step::transaction(Phase::Contract, why, vec![drop]);
        Plan::of(vec![step])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(self.target.table(), |table| {
            if let Some(column) = table.column_mut(&self.target.column().text) {
                column.default = None;
            }
        });
        schema.hold(Object::column(self.target.table(), self.target.column()), Role::Synced);
    }
}
