//! `rename_constraint!(users.users_email_key => users_address_key)`: catalog B10.

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Role, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::ddl;
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Phase, Step};
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::words::name::{ColumnName, Name};

pub(crate) struct RenameConstraint {
    old: ColumnName,
    new: Name,
}

impl Operation for RenameConstraint {
    /// Whether statements may name it.
    type Facts = bool;

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        let old = ColumnName::parse_constraint(input)?;
        input.parse::<Token![=>]>()?;
        Ok(RenameConstraint { old, new: input.parse()? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        // A key, which waits for the contract: right whatever it is.
        let name = Some(self.old.name.clone());
        let key =
            Constraint { name, ..Constraint::of(Rule::Unique(Vec::new()), self.old.name.span) };
        schema.assume(&self.old.table, []);
        schema.alter(&self.old.table, |table| table.constraints.push(key));
    }

    fn claims(&self) -> Vec<Claim> {
        let constraint = |name: &Name| Object::constraint(&self.old.table, name).at(name.span);
        let index = |name: &Name| Object::index(&self.old.table, name).at(name.span);
        let (old, new) = (&self.old.name, &self.new);
        vec![constraint(old), constraint(new), index(old), index(new)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<bool> {
        let (table, constraint) = schema.constraint(&self.old, errors)?;
        let renamed = Constraint { name: Some(self.new.clone()), ..constraint.clone() };
        schema.free_name(table, &renamed, errors);
        Some(constraint.has_index())
    }

    fn plan(&self, is_named: &bool, _: Position) -> Plan {
        let (table, old, new) = (&self.old.table, &self.old.name, &self.new);
        let rename = vec![ddl::rename_constraint(table, old, new)];
        if *is_named {
            let why = "no build says `on conflict on constraint` with the old name any more";
            let note = format!(
                "a statement that names the constraint, `on conflict on constraint`, says `{old}` \
                 until the contract and `{new}` from then on; name its columns instead"
            );
            return Plan::noting(vec![Step::transaction(Phase::Contract, why, rename)], vec![note]);
        }
        let why = "no statement of a client can name it";
        let back = ddl::rename_constraint(table, new, old).takes(Dropped::part(
            ObjectKind::Constraint,
            table,
            &old.text,
        ));
        let step = Step::transaction(Phase::Expand, why, rename).undo(vec![back]);
        let note = "a build that tells errors apart by the constraint's name meets the new one";
        Plan::noting(vec![step], vec![note.into()])
    }

    fn apply(&self, schema: &mut Schema) {
        let (table, old, new) = (&self.old.table, &self.old.name, &self.new);
        let mut waiting = None;
        schema.alter(table, |table| {
            let named = |item: &&mut Constraint| item.name.as_ref() == Some(old);
            if let Some(constraint) = table.constraints.iter_mut().find(named) {
                constraint.name = Some(new.clone());
                waiting = constraint.has_index().then(|| constraint.clone());
            }
        });
        let Some(waiting) = waiting else { return };
        schema.rename_identity(table, old, new);
        let gone = Role::Retiring { successor: Some(new.text.clone()) };
        schema.hold(Object::of_constraint(table, old, true), gone);
        schema.hold(Object::constraint(table, new), Role::Synced);
        // What takes a column's place gives its copy of the constraint the new name.
        for column in waiting.named_columns() {
            schema.hold(Object::column(table, column), Role::Synced);
        }
    }
}
