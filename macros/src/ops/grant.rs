//! `grant!(select, insert on orders to app)`: catalog I3.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::kinds::grant as held;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::plan::objects::grant as sql;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Statement, Step};
use crate::syntax::objects::grant::Grant as Syntax;

pub(crate) struct Grant {
    grant: Syntax,
}

impl Operation for Grant {
    /// What takes the new privileges back, and leaves those that were there.
    type Facts = Vec<Statement>;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(Grant { grant: Syntax::parse("to", input, errors)? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume_granted(&self.grant);
    }

    fn claims(&self) -> Vec<Claim> {
        let claim = |role| held::object(role, &self.grant.target).at(role.span);
        self.grant.roles.iter().map(claim).collect()
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Self::Facts> {
        let before = errors.count();
        let Syntax { privileges, target, roles } = &self.grant;
        schema.grant(&self.grant, errors);
        let mut undo = Vec::new();
        for role in roles {
            let new = schema.held(role, target, privileges, false);
            if new.is_empty() && !privileges.is_empty() {
                errors.at(role.span, format_args!("`{role}` has these privileges already"));
            } else {
                undo.push(sql::revoke(&new, target, std::slice::from_ref(role)));
            }
        }
        (errors.count() == before).then_some(undo)
    }

    fn plan(&self, undo: &Self::Facts, _: Position) -> Plan {
        let Syntax { privileges, target, roles } = &self.grant;
        let why = "more rights for roles that are there; it locks no table";
        let grant = sql::grant(privileges, target, roles);
        let step = Step::transaction(Phase::Expand, why, vec![grant]);
        Plan::of(vec![step.undo(undo.clone())])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.set_privileges(&self.grant, true);
    }
}
