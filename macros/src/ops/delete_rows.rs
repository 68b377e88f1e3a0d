//! `delete_rows!(events, where = "…")`: catalog L2. The rows go in the contract, in many short
//! transactions, when no build wants them any more.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Facet, Object, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::shared::removal::{self, FOUND_GONE, Referring};
use crate::plan::{Direct, Mode, Phase, Removal, Statement, Step, Work};
use crate::syntax::words::list::{options, value};
use crate::syntax::words::name::TableName;
use crate::syntax::words::sql::Sql;

pub(crate) struct DeleteRows {
    table: TableName,
    condition: Option<Sql>,
}

const WHY: &str = "the rows are gone after this; no build reads them any more";

impl Operation for DeleteRows {
    type Facts = Vec<Referring>;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table = input.parse()?;
        let mut condition = None;
        options(input, errors, &mut [("where", &mut value(&mut condition))]);
        Ok(DeleteRows { table, condition })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(&self.table, []);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::table(&self.table).at(self.table.span()).of(Facet::Removal)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Vec<Referring>> {
        let before = errors.count();
        let table = schema.table(&self.table, errors)?;
        removal::check_condition(schema, (table, &self.table), self.condition.as_ref(), errors);
        let referring = removal::referring(schema, &self.table, errors);
        (errors.count() == before).then_some(referring)
    }

    fn plan(&self, referring: &Vec<Referring>, _: Position) -> Plan {
        let Some(condition) = &self.condition else { return Plan::default() };
        let work = Work::Removal(Removal {
            table: self.table.quoted(),
            named: self.table.name.quoted(),
            condition: condition.text.clone(),
            into: None,
            returns: false,
            locks: removal::locks([&self.table], referring),
        });
        let notes = referring.iter().map(Referring::note).chain([FOUND_GONE.to_owned()]);
        Plan::noting(vec![Step::new(Phase::Contract, WHY, work)], notes.collect())
    }

    fn direct(&self, _: &Vec<Referring>) -> Option<Direct> {
        let condition = &self.condition.as_ref()?.text;
        let (table, named) = (self.table.quoted(), self.table.name.quoted());
        let delete = format!("delete from {table} as {named}\nwhere {condition}");
        let delete = Statement::locking(delete, &self.table, Mode::RowExclusive)
            .reading_rows()
            .why("every row in one statement, which clients that write the same rows wait for");
        let step = Step::transaction(Phase::Contract, WHY, vec![delete]);
        Some(Direct::of(self.table.clone(), step))
    }

    fn apply(&self, schema: &mut Schema) {
        if let Some(condition) = &self.condition {
            let by = format!("the condition of `delete_rows!({}, …)`", self.table);
            schema.hold_until_contract(&self.table, condition, &by);
        }
    }
}
