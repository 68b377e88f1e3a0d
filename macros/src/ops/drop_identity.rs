//! `drop_identity!(orders.number)`: old builds leave the number to PostgreSQL, so it goes in the
//! contract.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Role, Schema};
use crate::ops::{Operation, Plan};
use crate::plan::numbers::drop_identity;
use crate::plan::{Mode, Phase, Step, ddl};
use crate::syntax::identity::Identity;
use crate::syntax::target::Target;

pub(crate) struct DropIdentity {
    target: Target,
}

impl Operation for DropIdentity {
    /// Whether it refuses a number that a build writes.
    type Facts = bool;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(DropIdentity { target: Target::parse(input, errors)? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume_target(&self.target);
        schema.alter(self.target.table(), |table| {
            for column in &mut table.columns {
                column.identity.get_or_insert_with(|| Identity::unstated(column.name.span));
            }
        });
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::column(self.target.table(), self.target.column()).at(self.target.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<bool> {
        let (_, column) = schema.target(&self.target, errors)?;
        if column.identity.is_none() {
            errors.at(
                self.target.span(),
                format_args!("column `{}` is no identity", self.target.name),
            );
        }
        Some(column.identity.as_ref().is_some_and(|identity| identity.always))
    }

    fn plan(&self, always: &bool, _: Position) -> Plan {
        let (table, column) = (self.target.table(), self.target.column());
        let mut steps = Vec::new();
        if *always {
            let set = |kind: &str| {
                let clause = format!("alter column {} set generated {kind}", column.quoted());
                vec![ddl::alter(table, &clause, Mode::AccessExclusive)]
            };
            let why = "before any build writes a number of its own";
            let undo = set("always");
            steps.push(Step::transaction(Phase::Expand, why, set("by default")).undo(undo));
        }
        let drop = drop_identity(table, column);
        let why = "builds that leave the number to PostgreSQL are gone; its sequence goes along";
        steps.push(Step::transaction(Phase::Contract, why, vec![drop]));
        Plan::of(steps)
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(self.target.table(), |table| {
            if let Some(column) = table.column_mut(&self.target.column().text) {
                column.identity = None;
            }
        });
        schema.hold(Object::column(self.target.table(), self.target.column()), Role::Synced);
    }
}
