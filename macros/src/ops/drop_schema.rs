//! `drop_schema!(billing)`: in the contract, because old builds may name it.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::types;
use crate::plan::operation::{Operation, Plan};
use crate::syntax::words::name::TableName;

pub(crate) struct DropSchema {
    name: TableName,
}

impl Operation for DropSchema {
    type Facts = ();

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        Ok(DropSchema { name: TableName { schema: None, name: input.parse()? } })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.put_entity(Entity::assumed(Kind::Schema, &self.name, None));
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::entity(Kind::Schema, &self.name, None).at(self.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        schema.unneeded(Kind::Schema, &self.name, errors).map(|_| ())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        Plan::of(vec![types::contract(Kind::Schema, &self.name)])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.retire(Kind::Schema, &self.name, None);
    }
}
