//! `create_policy!(own_rows on orders, for = select, to(app), using = "…")`: catalog I2.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::plan::objects::policy;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step};
use crate::syntax::objects::policy::Policy;

pub(crate) struct CreatePolicy {
    policy: Policy,
}

impl Operation for CreatePolicy {
    /// Whether it is asked already, because the table's row-level security is on.
    type Facts = bool;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(CreatePolicy { policy: Policy::parse(input, errors)? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(&self.policy.table, []);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![policy::entity(&self.policy).object().at(self.policy.name.span)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<bool> {
        let before = errors.count();
        let entity = policy::entity(&self.policy);
        schema.entity_is_free(&entity, self.policy.name.span, errors);
        schema.policy(&self.policy, errors);
        let table = &self.policy.table;
        let is_on = schema.find_entity(Kind::RowSecurity, table, Some(table)).is_some();
        (errors.count() == before).then_some(is_on)
    }

    fn plan(&self, is_on: &bool, _: Position) -> Plan {
        let entity = policy::entity(&self.policy);
        let why = if *is_on {
            "it counts for what every build reads and writes, from the commit on"
        } else {
            "it counts once row-level security is enabled"
        };
        let step = Step::transaction(Phase::Expand, why, policy::create(&entity));
        let hides = *is_on && self.policy.restrictive;
        let note = hides
            .then(|| "old builds too no longer see or write the rows that it holds back".into());
        Plan::noting(vec![step.undo(policy::drop(&entity))], note.into_iter().collect())
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(policy::entity(&self.policy));
    }
}
