//! `create_trigger!(stamp on users, before(insert, update(name)), function = touch)`: catalog I1.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::ops::{Operation, Plan};
use crate::plan::{Phase, Step, trigger};
use crate::syntax::trigger::Trigger;

pub(crate) struct CreateTrigger {
    trigger: Trigger,
}

impl Operation for CreateTrigger {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(CreateTrigger { trigger: Trigger::parse(input, errors)? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume_trigger(&self.trigger);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![trigger::entity(&self.trigger).object().at(self.trigger.name.span)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let before = errors.count();
        let entity = trigger::entity(&self.trigger);
        schema.entity_is_free(&entity, self.trigger.name.span, errors);
        schema.trigger(&self.trigger, errors);
        (errors.count() == before).then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let entity = trigger::entity(&self.trigger);
        let why = "it fires for what every build writes, from the commit on";
        let step = Step::transaction(Phase::Expand, why, trigger::create(&entity));
        Plan::of(vec![step.undo(trigger::drop(&entity))])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(trigger::entity(&self.trigger));
    }
}
