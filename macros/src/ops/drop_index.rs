//! `drop_index!(orders_status_idx)`: catalog C2. Old builds may need it for their speed, or name
//! its columns in `on conflict`, so it goes in the contract.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Facet, Object, Role, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::index;
use crate::plan::{Phase, Step, Work};
use crate::syntax::indexes::index::Index;
use crate::syntax::words::list::{options, value};
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct DropIndex {
    /// The index with its schema.
    index: TableName,
    /// Its table, which a migration knows.
    table: Option<TableName>,
}

impl Operation for DropIndex {
    type Facts = (TableName, Index);

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let index = input.parse()?;
        let mut table = None;
        options(input, errors, &mut [("table", &mut value(&mut table))]);
        Ok(DropIndex { index, table })
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        schema.assume_index(&self.index, self.table.as_ref(), errors);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::index(&self.index, &self.index.name).at(self.index.span())]
    }

    fn claims_in(&self, schema: &Schema) -> Vec<Claim> {
        let table = schema.table_of_index(&self.index).into_iter();
        let partitions = |table| Object::partitions(&table).at(self.index.span()).of(Facet::Rows);
        table.map(partitions).collect()
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Self::Facts> {
        let (table, index) = schema.index(&self.index, errors)?;
        let key: Vec<Name> = index.key_columns().cloned().collect();
        if let Some(other) = schema.points_at_key(&table, &key).filter(|_| index.is_key()) {
            let (other, name) = (&other.name, &self.index.name);
            errors
                .at(self.index.span(), format_args!("a foreign key of `{other}` needs `{name}`"))
                .note("it finds the row that a key points at");
        }
        schema.keeps_identity(&table.name, &self.index.name, self.index.span(), errors);
        schema.keeps_refreshable(&table, &self.index, None, errors);
        Some((table.name, index))
    }

    fn plan(&self, (table, index): &Self::Facts, _: Position) -> Plan {
        let why = "no build needs the index any more";
        let step =
            Step::new(Phase::Contract, why, Work::DropIndex(index::concurrent(table, index)));
        Plan::of(vec![step])
    }

    fn apply(&self, schema: &mut Schema) {
        if let Some((table, index)) = schema.take_index(&self.index) {
            let object = Object::index(&self.index, &self.index.name);
            schema.hold_under(&table, &object, |column| index.needs(column));
            schema.hold(object, Role::Retiring { successor: None });
        }
    }
}
