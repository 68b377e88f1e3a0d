//! `drop_trigger!(stamp on users)`: catalog I1. Old builds may rely on what it does, so it goes in
//! the contract.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::trigger;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step};
use crate::syntax::objects::trigger::parse_on;
use crate::syntax::words::name::TableName;

pub(crate) struct DropTrigger {
    name: TableName,
    table: TableName,
}

impl Operation for DropTrigger {
    type Facts = Entity;

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        let (name, table) = parse_on(input)?;
        Ok(DropTrigger { name: TableName { schema: None, name }, table })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(&self.table, []);
        schema.put_entity(Entity::assumed(Kind::Trigger, &self.name, Some(&self.table)));
    }

    fn claims(&self) -> Vec<Claim> {
        vec![self.object().at(self.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Entity> {
        schema.table_or_view(&self.table, errors)?;
        schema.entity(Kind::Trigger, &self.name, Some(&self.table), errors).cloned()
    }

    fn plan(&self, entity: &Entity, _: Position) -> Plan {
        let why = "no build relies on what it does any more";
        Plan::of(vec![Step::transaction(Phase::Contract, why, trigger::drop(entity))])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.retire(Kind::Trigger, &self.name, Some(&self.table));
    }
}

impl DropTrigger {
    fn object(&self) -> Object {
        Object::entity(Kind::Trigger, &self.name, Some(&self.table))
    }
}
