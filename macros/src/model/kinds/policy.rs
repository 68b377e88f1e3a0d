//! What policies and row-level security need of each other.

use proc_macro2::Span;

use crate::diag::Errors;
use crate::model::Schema;
use crate::model::expressions::expression::Clause;
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::syntax::objects::policy::Policy;

impl Schema {
    /// Reports what a policy names and is not there.
    pub(crate) fn policy(&self, policy: &Policy, errors: &mut Errors) -> Option<()> {
        let table = self.table(&policy.table, errors)?;
        for sql in policy.using.iter().chain(&policy.with_check) {
            self.clause(Clause::Policy, table, sql, errors);
        }
        Some(())
    }

    /// Reports a policy without which row-level security would hide every row.
    pub(crate) fn last_policy(&self, policy: &Entity, span: Span, errors: &mut Errors) {
        let Some(table) = &policy.on else { return };
        let is_on = self.find_entity(Kind::RowSecurity, table, Some(table)).is_some();
        let others = self.entities(Kind::Policy).filter(|other| {
            other.on.as_ref() == Some(table) && other.name != policy.name && other.is_permissive()
        });
        if is_on && policy.is_permissive() && others.count() == 0 {
            errors
                .at(span, format_args!("no other policy lets a row of `{table}` through"))
                .help(format_args!("disable_row_level_security!({table}); first, or create_policy!(… on {table}, …);"))
                .note("row level security without a permissive policy hides every row from all but the owner");
        }
    }
}
