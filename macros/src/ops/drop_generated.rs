//! `drop_generated!(users.shout)`: the column becomes a plain one that builds write (catalog A5).
//! Old builds leave it to PostgreSQL, so it happens in the contract.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Role, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::ddl;
use crate::plan::triggers::generated;
use crate::plan::{Mode, Phase, Step};
use crate::syntax::words::target::Target;

pub(crate) struct DropGenerated {
    target: Target,
}

impl Operation for DropGenerated {
    /// The trigger that keeps the column, if one does.
    type Facts = Option<Entity>;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(DropGenerated { target: Target::parse(input, errors)? })
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        let is_generated =
            self.target.stated.as_ref().is_some_and(|def| def.column.generated.is_some());
        if !is_generated {
            errors
                .at(
                    self.target.span(),
                    "outside a migration it is not known what generates the column",
                )
                .help(format_args!("{}: text generated(\"…\")", self.target.name));
        }
        schema.assume_target(&self.target);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::column(self.target.table(), self.target.column()).at(self.target.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Self::Facts> {
        let (_, column) = schema.target(&self.target, errors)?;
        let trigger = generated::find(schema, self.target.table(), self.target.column());
        let (name, span) = (&self.target.name, self.target.span());
        if column.generated.is_none() && trigger.is_none() {
            errors.at(span, format_args!("column `{name}` is not generated"));
        } else if column.is_virtual {
            errors
                .at(span, format_args!("column `{name}` is virtual, and has no values to keep"))
                .help(format_args!("a column beside it, and `drop_column!({name})`"));
        }
        Some(trigger.cloned())
    }

    fn plan(&self, trigger: &Self::Facts, _: Position) -> Plan {
        let (table, column) = (self.target.table(), self.target.column());
        let statements = if let Some(trigger) = trigger {
            generated::remove(table, trigger)
        } else {
            let clause = format!("alter column {} drop expression", column.quoted());
            let alter = ddl::alter(table, &clause, Mode::AccessExclusive);
            vec![alter.changing_part(table, &column.text)]
        };
        let why = "builds that leave the column to PostgreSQL are gone; its values stay";
        let note = if trigger.is_some() {
            "what a build writes to the column before the contract is passed over"
        } else {
            "a build that writes the column before the contract has run fails (428C9)"
        };
        let step = Step::transaction(Phase::Contract, why, statements);
        Plan::noting(vec![step], vec![note.into()])
    }

    fn apply(&self, schema: &mut Schema) {
        let (table, column) = (self.target.table(), self.target.column());
        schema.alter(table, |table| {
            if let Some(column) = table.column_mut(&column.text) {
                column.generated = None;
            }
        });
        generated::retire(schema, table, column);
        schema.hold(Object::column(table, column), Role::Synced);
    }
}
