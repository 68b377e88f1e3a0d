//! `drop_table!(orders)`: catalog F2. The table goes in the contract, when no build reads it.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Role, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::sea;
use crate::plan::triggers::generated;
use crate::plan::{Lock, Mode, Phase, Statement, Step};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::TableName;

pub(crate) struct DropTable {
    table: TableName,
}

impl Operation for DropTable {
    /// The table, its partitions, which go with it, and what drops what does not.
    type Facts = (Table, Vec<TableName>, Vec<Statement>);

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        Ok(DropTable { table: input.parse()? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(&self.table, []);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::table(&self.table).at(self.table.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Self::Facts> {
        let table = schema.table(&self.table, errors)?;
        schema.has_no_partition_rule(&self.table, errors);
        let pointing = schema.tables_pointing_at(&self.table);
        for other in pointing.filter(|other| other.name != self.table) {
            if other.points_at(&self.table, None) {
                errors
                    .at(
                        self.table.span(),
                        format_args!(
                            "table `{}` is still needed by a foreign key of `{}`",
                            self.table, other.name
                        ),
                    )
                    .help(format_args!(
                        "drop the column or the table that points at `{}` first, and contract that",
                        self.table
                    ));
            }
        }
        schema.report_dependents(&self.table, None, self.table.span(), errors);
        let partitions = schema.partitions(&self.table).map(|entity| entity.name.clone());
        Some((table.clone(), partitions.collect(), generated::left_by(schema, &self.table)))
    }

    fn plan(&self, (table, partitions, left): &Self::Facts, _: Position) -> Plan {
        let why = "the rows are gone after this; no build uses the table any more";
        let mut drop = sea::drop_table(table);
        if let Some(statement) = drop.last_mut() {
            let lock =
                |name: &TableName| Lock { table: name.quoted(), mode: Mode::AccessExclusive };
            statement.locks.extend(partitions.iter().map(lock));
        }
        drop.extend(left.iter().cloned());
        let step = Step::transaction(Phase::Contract, why, drop);
        Plan::of(vec![step])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.remove(&self.table);
        schema.remove_what_is_on(&self.table);
        schema.hold(Object::table(&self.table), Role::Retiring { successor: None });
    }
}
