//! `replace_policy!(own_rows on orders, for = select, using = "…")`: catalog I2. `alter policy`
//! changes neither what a policy is for nor whether it is restrictive, so it is made anew.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Schema};
use crate::plan::objects::policy;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Statement, Step};
use crate::syntax::objects::policy::Policy;
use crate::syntax::words::lexer::names;
use crate::syntax::words::name::TableName;

pub(crate) struct ReplacePolicy {
    policy: Policy,
}

impl Operation for ReplacePolicy {
    /// The policy as it was, and what says its comment again.
    type Facts = (Entity, Vec<String>);

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(ReplacePolicy { policy: Policy::parse(input, errors)? })
    }

    fn assume(&self, _: &mut Schema, errors: &mut Errors) {
        errors
            .at(self.policy.name.span, "outside a migration the former policy is not known")
            .help("a `replace_policy!` inside `migration!`");
    }

    fn claims(&self) -> Vec<Claim> {
        vec![policy::entity(&self.policy).object().at(self.policy.name.span)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Self::Facts> {
        let before = errors.count();
        let (name, table) = (&self.policy.name, &self.policy.table);
        schema.policy(&self.policy, errors)?;
        let name = TableName { schema: None, name: name.clone() };
        let was = schema.entity(Kind::Policy, &name, Some(table), errors)?;
        if self.policy.restrictive {
            schema.last_policy(was, name.span(), errors);
        }
        let comments = schema.entities(Kind::Other).filter(|it| {
            let of = ["comment", "on", "policy", &name.name.text];
            it.create.iter().any(|sql| names(sql).take(4).eq(of)) && it.mentions(&table.name.text)
        });
        let comments = comments.flat_map(|it| it.create.clone()).collect();
        (errors.count() == before).then(|| (was.clone(), comments))
    }

    fn plan(&self, (was, comments): &Self::Facts, _: Position) -> Plan {
        let new = policy::entity(&self.policy);
        let comments: Vec<Statement> =
            comments.iter().map(|sql| Statement::free(sql.clone())).collect();
        let swap = |from, to| [policy::drop(from), policy::create(to), comments.clone()].concat();
        let why = "in one transaction, because without a policy no row is seen";
        let step = Step::transaction(Phase::Expand, why, swap(was, &new));
        let note = "old builds too see and write by the new policy, from Expand on";
        Plan::noting(vec![step.undo(swap(&new, was))], vec![note.into()])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(policy::entity(&self.policy));
    }
}
