//! `drop_view!(active_users)`: catalog H1. The view goes in the contract, when no build reads it.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::view;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step};
use crate::syntax::words::name::TableName;

pub(crate) struct DropView {
    name: TableName,
}

impl Operation for DropView {
    type Facts = Entity;

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        Ok(DropView { name: input.parse()? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.put_entity(Entity::assumed(Kind::View, &self.name, None));
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::entity(Kind::View, &self.name, None).at(self.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Entity> {
        let entity = schema.entity(Kind::View, &self.name, None, errors)?;
        schema.report_users(entity, self.name.span(), errors);
        Some(entity.clone())
    }

    fn plan(&self, entity: &Entity, _: Position) -> Plan {
        let why = "no build reads the view any more";
        Plan::of(vec![Step::transaction(Phase::Contract, why, vec![view::drop(entity)])])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.retire(Kind::View, &self.name, None);
    }
}
