//! `drop_materialized_view!(totals)`: it goes in the contract, when no build reads it.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::materialized;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step};
use crate::syntax::words::name::TableName;

pub(crate) struct DropMaterializedView {
    name: TableName,
}

impl Operation for DropMaterializedView {
    type Facts = ();

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        Ok(DropMaterializedView { name: input.parse()? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.put_entity(Entity::assumed(Kind::MaterializedView, &self.name, None));
    }

    fn claims(&self) -> Vec<Claim> {
        vec![self.object().at(self.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let entity = schema.entity(Kind::MaterializedView, &self.name, None, errors)?;
        schema.report_users(entity, self.name.span(), errors);
        Some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let why = "no build reads it any more; its query could fill another";
        let drop = materialized::drop(&self.name);
        Plan::of(vec![Step::transaction(Phase::Contract, why, vec![drop])])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.retire(Kind::MaterializedView, &self.name, None);
    }
}

impl DropMaterializedView {
    fn object(&self) -> Object {
        Object::entity(Kind::MaterializedView, &self.name, None)
    }
}
