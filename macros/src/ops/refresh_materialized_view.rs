//! `refresh_materialized_view!(totals)`: catalog H2. Concurrently: who reads it goes on.

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
        let view = schema.entity(Kind::MaterializedView, &self.name, None, errors)?;
        let before = errors.count();
        schema.is_refreshable(view, self.name.span(), errors);
        (errors.count() == before).then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let why = "the rows of today; reads go on, and see the old ones until the end";
        let refresh = materialized::refresh(&self.name);
        Plan::of(vec![Step::new(Phase::Migrate, why, refresh)])
    }

    fn apply(&self, _: &mut Schema) {}
}
