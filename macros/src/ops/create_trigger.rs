//! `create_trigger!(stamp on users, before(insert, update(name)), function = touch)`: catalog I1.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::plan::objects::trigger;
use crate::plan::operation::{Operation, Plan};
use crate::plan::triggers::your_triggers;
use crate::plan::{Phase, Step};
use crate::syntax::objects::trigger::Trigger;
use crate::syntax::words::name::Name;

pub(crate) struct CreateTrigger {
    trigger: Trigger,
}

impl Operation for CreateTrigger {
    /// The columns that are kept equal to others.
    type Facts = Vec<(Name, Name)>;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(CreateTrigger { trigger: Trigger::parse(input, errors)? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume_trigger(&self.trigger);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![trigger::entity(&self.trigger).object().at(self.trigger.name.span)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Self::Facts> {
        let before = errors.count();
        let entity = trigger::entity(&self.trigger);
        schema.entity_is_free(&entity, self.trigger.name.span, errors);
        schema.trigger(&self.trigger, errors);
        (errors.count() == before).then(|| schema.kept_equal(&self.trigger.table))
    }

    fn plan(&self, kept_equal: &Self::Facts, _: Position) -> Plan {
        let entity = trigger::entity(&self.trigger);
        let why = "it fires for what every build writes, from the commit on";
        let mut statements = trigger::create(&entity);
        statements.extend(trigger::beside_sync(&self.trigger, kept_equal));
        let mut undo = trigger::drop(&entity);
        if !kept_equal.is_empty() {
            undo.push(your_triggers::sync_first_no_more(&self.trigger.table));
        }
        Plan::of(vec![Step::transaction(Phase::Expand, why, statements).undo(undo)])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(trigger::entity(&self.trigger));
    }
}
