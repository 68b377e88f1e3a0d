//! `create_materialized_view!(totals, "select …", unique(id))`: catalog H2. Made empty, and filled
//! where no lock is held that a client could wait for.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::entity::Kind;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema};
use crate::ops::{Operation, Plan};
use crate::plan::{Phase, Step, materialized};
use crate::syntax::view::MaterializedView;

pub(crate) struct CreateMaterializedView {
    view: MaterializedView,
}

impl Operation for CreateMaterializedView {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(CreateMaterializedView { view: MaterializedView::parse(input, errors)? })
    }

    fn assume(&self, _: &mut Schema, _: &mut Errors) {}

    fn claims(&self) -> Vec<Claim> {
        let name = &self.view.name;
        vec![Object::entity(Kind::MaterializedView, name, None).at(name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let before = errors.count();
        schema.name_is_free(Kind::MaterializedView, &self.view.name, errors);
        schema.query(&self.view.query, errors);
        (errors.count() == before).then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let name = &self.view.name;
        let why = "made empty at once; no client uses it yet";
        let create = Step::transaction(Phase::Expand, why, materialized::create_empty(&self.view));
        let why = "runs the query, which may take long, and blocks neither reads nor writes of the tables that it reads";
        let fill = Step::new(Phase::Migrate, why, materialized::fill(name));
        Plan::of(vec![create.undo(vec![materialized::drop(name)]), fill])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(materialized::entity(&self.view));
    }
}
