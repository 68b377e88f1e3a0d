//! `set_storage_parameters!(orders, fillfactor = 70)`: catalog 2.K.

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::ddl;
use crate::plan::{Mode, Phase, Statement, Step};
use crate::syntax::indexes::storage::{OF_TABLES, Parameters};
use crate::syntax::words::name::TableName;

pub(crate) struct SetStorageParameters {
    table: TableName,
    parameters: Parameters,
}

impl Operation for SetStorageParameters {
    /// The parameters as they were.
    type Facts = Parameters;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table: TableName = input.parse()?;
        let mut parameters = Parameters::default();
        if input.parse::<Option<Token![,]>>()?.is_some() {
            parameters = input.parse()?;
        }
        if parameters.is_empty() {
            errors
                .at(table.span(), "no parameter is set")
                .help(format_args!("{table}, fillfactor = 90"));
        }
        parameters.check_changed(OF_TABLES, errors);
        Ok(SetStorageParameters { table, parameters })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(&self.table, []);
    }

    /// It concerns no object that another change would need as it was.
    fn claims(&self) -> Vec<Claim> {
        Vec::new()
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Parameters> {
        let table = schema.table(&self.table, errors)?;
        if table.partition_by.is_some() {
            errors
                .at(self.table.span(), "a partitioned table holds no rows itself")
                .note("storage parameters are for its partitions");
        }
        Some(table.storage.clone())
    }

    fn plan(&self, former: &Parameters, _: Position) -> Plan {
        let why = "rows that are written from now on keep to it";
        let step = Step::transaction(Phase::Expand, why, self.change(&self.parameters));
        let undo = if self.parameters.iter().all(|own| former.find(&own.name).is_none()) {
            vec![self.reset(&self.parameters)]
        } else {
            // In the order in which they were, which PostgreSQL keeps.
            let mut all = former.clone();
            all.set(&self.parameters);
            let set = (!former.is_empty()).then(|| self.set(former));
            [self.reset(&all)].into_iter().chain(set).collect()
        };
        Plan::of(vec![step.undo(undo)])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.alter(&self.table, |table| table.storage.set(&self.parameters));
    }
}

impl SetStorageParameters {
    fn change(&self, to: &Parameters) -> Vec<Statement> {
        let (reset, set) = to.split_defaults();
        let reset = (!reset.is_empty()).then(|| self.reset(&reset));
        reset.into_iter().chain((!set.is_empty()).then(|| self.set(&set))).collect()
    }

    fn set(&self, parameters: &Parameters) -> Statement {
        let clause = format!("set ({})", parameters.sql());
        self.alter(&clause)
    }

    fn reset(&self, parameters: &Parameters) -> Statement {
        let names: Vec<&str> = parameters.iter().map(|one| one.name.as_str()).collect();
        let clause = format!("reset ({})", names.join(", "));
        self.alter(&clause)
    }

    fn alter(&self, clause: &str) -> Statement {
        let alter = ddl::alter(&self.table, clause, Mode::ShareUpdateExclusive);
        alter.changing_settings(self.table.quoted())
    }
}
