//! `add_index!(orders(status, created_at desc), unique, where = "…")`: catalog C1.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Facet, Object, Schema, names};
use crate::plan::Direct;
use crate::plan::objects::materialized;
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::violation;
use crate::plan::sql::index;
use crate::plan::{Phase, Step, Work};
use crate::syntax::indexes::index::Index;
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct AddIndex {
    table: TableName,
    index: Index,
    name: Name,
}

impl Operation for AddIndex {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table: TableName = input.parse()?;
        let mut index = Index::parse(table.span(), input, errors)?;
        let derived = || Name { text: names::index(&table, &index), span: table.span() };
        let name = index.name.clone().unwrap_or_else(derived);
        index.name = Some(name.clone());
        Ok(AddIndex { table, index, name })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(&self.table, self.index.columns().cloned().map(ColumnDef::bare));
    }

    fn claims(&self) -> Vec<Claim> {
        let partitions = Object::partitions(&self.table).at(self.name.span).of(Facet::Rows);
        vec![Object::index(&self.table, &self.name).at(self.name.span), partitions]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let table = &schema.indexed(&self.table, errors)?;
        for column in self.index.columns() {
            schema.column_of(table, column, errors);
        }
        schema.expressions_of_index(&self.index, table, errors);
        if self.index.unique {
            let columns: Vec<Name> = self.index.key_columns().cloned().collect();
            table.check_unique_key(&columns, self.index.span, errors);
        }
        if let Some(taken) = schema.relation(&self.table, &self.name.text) {
            errors
                .at(self.name.span, format_args!("{taken} exists already"))
                .help("name = another_name");
        }
        Some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let index = index::concurrent(&self.table, &self.index);
        let why =
            "concurrently: reads and writes go on; a build that fails is dropped and repeated";
        let version = index::requirement(&self.index).map(|statement| {
            let why = "asked before anything is done";
            Step::transaction(Phase::Expand, why, vec![statement])
        });
        let equal = violation::require_unique(&self.table, &self.index);
        let steps = version.into_iter().chain(equal).chain([Step::build_index(why, index)]);
        let steps = steps.collect();
        let notes = self.index.unique.then(|| index::UNIQUE_NOTE.into()).into_iter().collect();
        Plan::noting(steps, notes)
    }

    fn direct(&self, (): &()) -> Option<Direct> {
        let why = "one scan, with writes waiting";
        let build = index::create_blocking(&self.table, &self.index);
        let step = Step::transaction(Phase::Migrate, why, build)
            .undone_by(Work::DropIndex(index::concurrent(&self.table, &self.index)));
        Some(Direct::of(self.table.clone(), step))
    }

    fn apply(&self, schema: &mut Schema) {
        materialized::put_index(schema, &self.table, self.index.clone());
    }
}
