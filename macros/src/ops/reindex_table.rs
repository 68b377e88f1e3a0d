//! `reindex_table!(orders)`: catalog C4, for all indexes of a table.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Facet, Object, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step, Work};
use crate::syntax::words::name::TableName;

pub(crate) struct ReindexTable {
    table: TableName,
}

impl Operation for ReindexTable {
    type Facts = ();

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        Ok(ReindexTable { table: input.parse()? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(&self.table, []);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::table(&self.table).at(self.table.span()).of(Facet::Removal)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        schema.table(&self.table, errors).map(drop)
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let work = Work::Reindex(self.table.quoted());
        let why = "concurrently: reads and writes go on";
        Plan::of(vec![Step::new(Phase::Migrate, why, work)])
    }

    fn apply(&self, _: &mut Schema) {}
}
