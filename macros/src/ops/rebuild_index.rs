//! `rebuild_index!(users_email_idx)`: catalog C4, for an index that has grown or is broken.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::{self, Position};
use crate::model::{Claim, Object, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Cleanup, Mode, NonTransactional, Phase, Statement, Step, Work};
use crate::syntax::values::default::literal;
use crate::syntax::words::list::{options, value};
use crate::syntax::words::name::TableName;

pub(crate) struct RebuildIndex {
    /// The index with its schema.
    index: TableName,
    /// Its table, which a migration knows.
    table: Option<TableName>,
}

impl Operation for RebuildIndex {
    /// The table that it is on.
    type Facts = TableName;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let index = input.parse()?;
        let mut table = None;
        options(input, errors, &mut [("table", &mut value(&mut table))]);
        Ok(RebuildIndex { index, table })
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        schema.assume_index(&self.index, self.table.as_ref(), errors);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::index(&self.index, &self.index.name).at(self.index.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<TableName> {
        let (table, _) = schema.index_or_key(&self.index, errors)?;
        Some(table.name.clone())
    }

    fn plan(&self, table: &TableName, _: Position) -> Plan {
        let rebuild = format!("reindex index concurrently {}", self.index.quoted());
        let alone = NonTransactional {
            statement: Statement::locking(rebuild, table, Mode::ShareUpdateExclusive)
                .reading_rows()
                .why("a second index is built beside it and takes its place"),
            done: None,
            mend: ["ccnew", "ccold"].map(|end| self.leftover(table, end)).into(),
        };
        let why = "concurrently: reads and writes go on";
        Plan::of(vec![Step::new(Phase::Migrate, why, Work::NonTransactional(alone))])
    }

    fn apply(&self, _: &mut Schema) {}
}

impl RebuildIndex {
    /// Returns what an interrupted rebuild leaves: the new index half built, or the old one set
    /// aside (manual, REINDEX, "Rebuilding Indexes Concurrently").
    fn leftover(&self, table: &TableName, end: &str) -> Cleanup {
        let name = self.index.sibling(&names::with_suffix(&self.index.name.text, end));
        let when = format!(
            "select exists (select from pg_catalog.pg_index \
             where indexrelid = pg_catalog.to_regclass({})::oid \
             and indrelid = pg_catalog.to_regclass({})::oid and not indisvalid)",
            literal(&name),
            literal(&table.quoted())
        );
        let drop = format!("drop index concurrently if exists {name}");
        let drop = Statement::locking(drop, table, Mode::ShareUpdateExclusive);
        let statement = drop.changing(name);
        Cleanup { when, statement }
    }
}
