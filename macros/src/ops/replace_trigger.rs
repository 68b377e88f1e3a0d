//! `replace_trigger!(stamp on users, before(update), function = touch)`: catalog I1.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::entity::{Entity, Kind};
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::ops::{Operation, Plan};
use crate::plan::{Phase, Step, trigger};
use crate::syntax::name::TableName;
use crate::syntax::trigger::Trigger;

pub(crate) struct ReplaceTrigger {
    trigger: Trigger,
}

impl Operation for ReplaceTrigger {
    /// The trigger as it was.
    type Facts = Entity;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(ReplaceTrigger { trigger: Trigger::parse(input, errors)? })
    }

    fn assume(&self, _: &mut Schema, errors: &mut Errors) {
        errors
            .at(self.trigger.name.span, "outside a migration the former trigger is not known")
            .help("a `replace_trigger!` inside `migration!`");
    }

    fn claims(&self) -> Vec<Claim> {
        vec![trigger::entity(&self.trigger).object().at(self.trigger.name.span)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Entity> {
        let before = errors.count();
        let name = TableName { schema: None, name: self.trigger.name.clone() };
        schema.trigger(&self.trigger, errors);
        let was = schema.entity(Kind::Trigger, &name, Some(&self.trigger.table), errors)?;
        (errors.count() == before).then(|| was.clone())
    }

    fn plan(&self, was: &Entity, _: Position) -> Plan {
        let new = trigger::entity(&self.trigger);
        let why = "in its place, so that no write goes by between the two";
        let step = Step::transaction(Phase::Expand, why, trigger::replace(&new));
        Plan::of(vec![step.undo(trigger::replace(was))])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(trigger::entity(&self.trigger));
    }
}
