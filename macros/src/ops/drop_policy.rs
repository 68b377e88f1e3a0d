//! `drop_policy!(own_rows on orders)`: catalog I2. Old builds see their rows by it, so it goes in
//! the contract.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::policy;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step};
use crate::syntax::objects::trigger::parse_on;
use crate::syntax::words::name::TableName;

pub(crate) struct DropPolicy {
    name: TableName,
    table: TableName,
}

impl Operation for DropPolicy {
    type Facts = Entity;

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        let (name, table) = parse_on(input)?;
        Ok(DropPolicy { name: TableName { schema: None, name }, table })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(&self.table, []);
        schema.put_entity(Entity::assumed(Kind::Policy, &self.name, Some(&self.table)));
    }

    fn claims(&self) -> Vec<Claim> {
        vec![self.object().at(self.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Entity> {
        schema.table(&self.table, errors)?;
        let entity = schema.entity(Kind::Policy, &self.name, Some(&self.table), errors)?;
        schema.last_policy(entity, self.name.span(), errors);
        Some(entity.clone())
    }

    fn plan(&self, entity: &Entity, _: Position) -> Plan {
        let why = "no build needs the rows that it lets through or holds back";
        Plan::of(vec![Step::transaction(Phase::Contract, why, policy::drop(entity))])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.retire(Kind::Policy, &self.name, Some(&self.table));
    }
}

impl DropPolicy {
    fn object(&self) -> Object {
        Object::entity(Kind::Policy, &self.name, Some(&self.table))
    }
}
