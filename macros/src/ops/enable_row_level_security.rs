//! `enable_row_level_security!(orders)`: catalog I2. Without a policy it hides every row, so the
//! policies come first.

use crate::model::parts::entity::Entity;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::plan::objects::policy;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step};
use crate::syntax::words::list::{flag, options};
use crate::syntax::words::name::TableName;

pub(crate) struct EnableRowLevelSecurity {
    table: TableName,
    /// Whether it counts for the table's owner too.
    force: bool,
}

impl Operation for EnableRowLevelSecurity {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table = input.parse()?;
        let mut force = false;
        options(input, errors, &mut [("force", &mut flag(&mut force))]);
        Ok(EnableRowLevelSecurity { table, force })
    }

    fn assume(&self, _: &mut Schema, errors: &mut Errors) {
        errors
            .at(self.table.span(), "outside a migration the table's policies are not known")
            .help("an `enable_row_level_security!` inside `migration!`");
    }

    fn claims(&self) -> Vec<Claim> {
        vec![policy::security(&self.table, self.force).object().at(self.table.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        schema.table(&self.table, errors)?;
        let table = &self.table;
        if schema.find_entity(Kind::RowSecurity, table, Some(table)).is_some() {
            errors.at(
                table.span(),
                format_args!("row level security of `{table}` is enabled already"),
            );
        }
        let mut policies =
            schema.entities(Kind::Policy).filter(|entity| entity.on.as_ref() == Some(table));
        if !schema.is_baseline && !policies.any(Entity::is_permissive) {
            errors
                .at(table.span(), format_args!("`{table}` has no policy that lets a row through"))
                .help(format_args!("create_policy!(all_rows on {table}, using = \"true\"); first"))
                .note("row level security without a permissive policy hides every row from all but the owner");
        }
        Some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let why = "the policies are there; without one no row would be seen";
        let enable = policy::enable(&self.table, self.force);
        let step = Step::transaction(Phase::Expand, why, enable);
        let whom =
            if self.force { "superusers and roles" } else { "the owner, superusers and roles" };
        let note = format!(
            "old builds too see and write only what the policies let through, from Expand on; \
             {whom} with `bypassrls` see every row"
        );
        Plan::noting(vec![step.undo(policy::disable(&self.table, self.force))], vec![note])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(policy::security(&self.table, self.force));
    }
}
