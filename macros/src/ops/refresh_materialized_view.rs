//! `refresh_materialized_view!(totals)`: catalog H2. Concurrently: who reads it goes on.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::entity::{Entity, Kind};
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema};
use crate::ops::{Operation, Plan};
use crate::plan::{Phase, Step, materialized};
use crate::syntax::name::TableName;

pub(crate) struct RefreshMaterializedView {
    name: TableName,
}

impl Operation for RefreshMaterializedView {
    type Facts = ();

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        Ok(RefreshMaterializedView { name: input.parse()? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.put_entity(Entity::assumed(Kind::MaterializedView, &self.name, None));
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::entity(Kind::MaterializedView, &self.name, None).at(self.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        schema.entity(Kind::MaterializedView, &self.name, None, errors).map(drop)
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let why = "the rows of today; reads go on, and see the old ones until the end";
        let refresh = materialized::refresh(&self.name);
        Plan::of(vec![Step::new(Phase::Migrate, why, refresh)])
    }

    fn apply(&self, _: &mut Schema) {}
}
