//! `disable_row_level_security!(orders)`: catalog I2. It shows every row to every build, so it
//! waits for the contract, when no build relies on the policies.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::policy;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step};
use crate::syntax::words::name::TableName;

pub(crate) struct DisableRowLevelSecurity {
    table: TableName,
}

impl Operation for DisableRowLevelSecurity {
    /// Whether it counts for the table's owner too.
    type Facts = bool;

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        Ok(DisableRowLevelSecurity { table: input.parse()? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(&self.table, []);
        schema.put_entity(policy::security(&self.table, true));
    }

    fn claims(&self) -> Vec<Claim> {
        vec![self.object().at(self.table.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<bool> {
        let table = &self.table;
        schema.table(table, errors)?;
        let claim = self.object().at(table.span());
        let found = schema.find_entity(Kind::RowSecurity, table, Some(table));
        if found.is_none() && !schema.retiring(&claim, errors) && !schema.may_be_unread(&table.name)
        {
            errors.at(table.span(), format_args!("row level security of `{table}` is not enabled"));
        }
        found.map(|entity: &Entity| entity.create.len() > 1)
    }

    fn plan(&self, is_forced: &bool, _: Position) -> Plan {
        let why = "no build relies on the policies any more; they stay, and count for nothing";
        let disable = policy::disable(&self.table, *is_forced);
        Plan::of(vec![Step::transaction(Phase::Contract, why, disable)])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.retire(Kind::RowSecurity, &self.table, Some(&self.table));
    }
}

impl DisableRowLevelSecurity {
    fn object(&self) -> Object {
        Object::entity(Kind::RowSecurity, &self.table, Some(&self.table))
    }
}
