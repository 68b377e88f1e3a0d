//! `drop_identity!(orders.number)`: old builds leave the number to PostgreSQL, so it goes in the
//! contract.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Role, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::ddl;
use crate::plan::triggers::interim_sequence::drop_identity;
use crate::plan::triggers::sequence_catch_up::Advance;
use crate::plan::{Mode, Phase, Step};
use crate::syntax::values::identity::Identity;
use crate::syntax::words::target::Target;

pub(crate) struct DropIdentity {
    target: Target,
}

impl Operation for DropIdentity {
    type Facts = Identity;

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

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Identity> {
        let (_, column) = schema.target(&self.target, errors)?;
        if column.identity.is_none() {
            errors.at(
                self.target.span(),
                format_args!("column `{}` is no identity", self.target.name),
            );
        }
        column.identity.clone()
    }

    fn plan(&self, identity: &Identity, at: Position) -> Plan {
        let (table, column) = (self.target.table(), self.target.column());
        let descends = identity.increment.is_some_and(|increment| increment < 0);
        let advance = Advance { table, column, descends, at };
        let (mut expand, mut undo) = (Vec::new(), Vec::new());
        if identity.always {
            let set = |kind: &str| {
                let clause = format!("alter column {} set generated {kind}", column.quoted());
                ddl::alter(table, &clause, Mode::AccessExclusive).changing_part(table, &column.text)
            };
            expand.push(set("by default"));
            undo.push(set("always"));
        }
        expand.extend(advance.install());
        // Numbers that are not committed yet have moved the sequence too.
        let lock = ddl::lock_table(table, Mode::AccessExclusive);
        undo.splice(0..0, [lock].into_iter().chain(advance.remove()));
        let mut contract = advance.remove();
        contract.push(drop_identity(table, column));
        let steps = vec![
            Step::transaction(
                Phase::Expand,
                "before any build writes a number of its own, a trigger that moves the sequence past it",
                expand,
            )
            .undo(undo),
            Step::transaction(
                Phase::Contract,
                "builds that leave the number to PostgreSQL are gone; its sequence goes along",
                contract,
            ),
        ];
        Plan::noting(steps, vec![advance.note()])
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
