//! `create_view!(active_users, "select …")`: catalog H1. No client uses it yet.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::view;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step};
use crate::syntax::objects::view::View;

pub(crate) struct CreateView {
    view: View,
}

impl Operation for CreateView {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(CreateView { view: View::parse(input, errors)? })
    }

    fn assume(&self, _: &mut Schema, _: &mut Errors) {}

    fn claims(&self) -> Vec<Claim> {
        let name = &self.view.name;
        vec![Object::entity(Kind::View, name, None).at(name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let before = errors.count();
        schema.name_is_free(Kind::View, &self.view.name, errors);
        schema.query(&self.view.query, errors);
        (errors.count() == before).then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let entity = view::entity(&self.view);
        let why = "a new view: no client uses it yet";
        let step = Step::transaction(Phase::Expand, why, view::create(&entity));
        Plan::of(vec![step.undo(vec![view::drop(&entity)])])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(view::entity(&self.view));
    }
}
