//! `replace_trigger!(stamp on users, before(update), function = touch)`: catalog I1.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Schema};
use crate::plan::objects::trigger;
use crate::plan::operation::{Operation, Plan};
use crate::plan::triggers::your_triggers::{self, Place};
use crate::plan::{Phase, Step};
use crate::syntax::objects::trigger::Trigger;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct ReplaceTrigger {
    trigger: Trigger,
}

impl Operation for ReplaceTrigger {
    /// The trigger as it was, and the columns that are kept equal to others.
    type Facts = (Entity, Vec<(Name, Name)>);

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

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Self::Facts> {
        let before = errors.count();
        let name = TableName { schema: None, name: self.trigger.name.clone() };
        schema.trigger(&self.trigger, errors);
        let was = schema.entity(Kind::Trigger, &name, Some(&self.trigger.table), errors)?;
        (errors.count() == before).then(|| (was.clone(), schema.kept_equal(&self.trigger.table)))
    }

    fn plan(&self, (was, kept_equal): &Self::Facts, _: Position) -> Plan {
        let new = trigger::entity(&self.trigger);
        let why = "in its place, so that no write goes by between the two";
        let mut statements = trigger::replace(&new);
        statements.extend(trigger::beside_sync(&self.trigger, kept_equal));
        let mut undo = trigger::replace(was);
        for (new, old) in kept_equal.iter().filter(|(new, _)| was.columns().contains(&new.quoted()))
        {
            undo.push(your_triggers::widen(&self.trigger.table, &[new], Place::Before, &[old]));
        }
        if !kept_equal.is_empty() {
            undo.push(your_triggers::sync_first_no_more(&self.trigger.table));
        }
        Plan::of(vec![Step::transaction(Phase::Expand, why, statements).undo(undo)])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(trigger::entity(&self.trigger));
    }
}
