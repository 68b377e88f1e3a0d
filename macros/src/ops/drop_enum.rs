//! `drop_enum!(order_status)`: in the contract, because old builds may name it.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::types;
use crate::plan::operation::{Operation, Plan};
use crate::syntax::words::name::TableName;

pub(crate) struct DropEnum {
    name: TableName,
}

impl Operation for DropEnum {
    type Facts = ();

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        Ok(DropEnum { name: input.parse()? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.put_entity(Entity::assumed(Kind::Enum, &self.name, None));
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::entity(Kind::Enum, &self.name, None).at(self.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        schema.unneeded(Kind::Enum, &self.name, errors).map(|_| ())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        Plan::of(vec![types::contract(Kind::Enum, &self.name)])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.retire(Kind::Enum, &self.name, None);
    }
}
