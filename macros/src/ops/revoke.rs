//! `revoke!(insert on orders from app)`: catalog I3. Old builds may need the right, so it goes in
//! the contract.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::kinds::grant as held;
use crate::model::names::Position;
use crate::model::{Claim, Role, Schema};
use crate::plan::objects::grant as sql;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step};
use crate::syntax::objects::grant::{Grant, Privilege};

pub(crate) struct Revoke {
    grant: Grant,
}

impl Operation for Revoke {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(Revoke { grant: Grant::parse("from", input, errors)? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume_granted(&self.grant);
        schema.set_privileges(&self.grant, true);
    }

    fn claims(&self) -> Vec<Claim> {
        let claim = |role| held::object(role, &self.grant.target).at(role.span);
        self.grant.roles.iter().map(claim).collect()
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let before = errors.count();
        let Grant { privileges, target, roles } = &self.grant;
        schema.grant(&self.grant, errors);
        if errors.count() > before {
            return None;
        }
        for role in roles {
            for Privilege { span, .. } in schema.held(role, target, privileges, false) {
                let has = schema.privileges(role, target);
                let name = &target.name;
                let error = errors
                    .at(span, format_args!("no migration has given `{role}` this on `{name}`"));
                if has.is_empty() {
                    error
                        .help(format_args!("grant!(… on {name} to {role}); is what it takes back"));
                } else {
                    error.help(format_args!("`{role}` has `{}`", has.join("`, `")));
                }
            }
        }
        (errors.count() == before).then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let Grant { privileges, target, roles } = &self.grant;
        let why = "no build needs the rights any more";
        let revoke = sql::revoke(privileges, target, roles);
        Plan::of(vec![Step::transaction(Phase::Contract, why, vec![revoke])])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.set_privileges(&self.grant, false);
        for role in &self.grant.roles {
            schema.hold(held::object(role, &self.grant.target), Role::Synced);
        }
    }
}
