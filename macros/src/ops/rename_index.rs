//! `rename_index!(users_email_idx => users_by_email)`: catalog E4. No statement of a service names
//! an index, so that it is one step.

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::kinds::index::Owner;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::materialized;
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::ddl;
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Phase, Step};
use crate::syntax::words::list::{options, value};
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct RenameIndex {
    /// The index with its schema.
    index: TableName,
    new: Name,
    /// Its table, which a migration knows.
    table: Option<TableName>,
}

impl Operation for RenameIndex {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let index = input.parse()?;
        input.parse::<Token![=>]>()?;
        let new = input.parse()?;
        let mut table = None;
        options(input, errors, &mut [("table", &mut value(&mut table))]);
        Ok(RenameIndex { index, new, table })
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        schema.assume_index(&self.index, self.table.as_ref(), errors);
    }

    fn claims(&self) -> Vec<Claim> {
        let claim = |name: &Name| Object::index(&self.index, name).at(name.span);
        vec![claim(&self.index.name), claim(&self.new)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let (table, owner) = schema.index_or_key(&self.index, errors)?;
        if let Owner::Constraint = owner {
            let name = &self.index.name;
            errors
                .at(name.span, format_args!("`{name}` belongs to a constraint of `{}`", table.name))
                .help(format_args!("rename_constraint!({}.{name} => {});", table.name, self.new));
            return None;
        }
        if let Some(taken) = schema.relation(&table.name, &self.new.text) {
            errors.at(self.new.span, format_args!("{taken} exists already"));
        }
        Some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let (old, new) = (&self.index.name, &self.new);
        let rename = |from, to| vec![ddl::rename_index(&self.index, from, to)];
        let why = "locks the index alone, which blocks neither reads nor writes";
        let back = rename(new, old).into_iter().map(|statement| {
            statement.takes(Dropped::object(ObjectKind::Relation, self.index.quoted()))
        });
        let step = Step::transaction(Phase::Expand, why, rename(old, new)).undo(back.collect());
        Plan::of(vec![step])
    }

    fn apply(&self, schema: &mut Schema) {
        if schema.relation(&self.index, &self.new.text).is_some() {
            return;
        }
        if let Some((table, mut index)) = schema.take_index(&self.index) {
            index.name = Some(self.new.clone());
            materialized::put_index(schema, &table, index);
            schema.rename_identity(&table, &self.index.name, &self.new);
        }
    }
}
